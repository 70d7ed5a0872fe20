import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { FakeQueue } from '../support/fake-env.ts'
import { type Api, apiOf, aToken } from '../support/token.ts'
import { aWorkspace, deliver, locate, profileOf, settled, type TestWorkspace } from '../support/workspace.ts'

/** From a source made over the API, through the edge and the consumer, to a profile. */
interface Backend {
  readonly id: string
  readonly writeKey: string
  readonly appKey: string
  readonly secretKey: string
}

async function aBackend(): Promise<{ readonly ws: TestWorkspace; readonly api: Api; readonly backend: Backend }> {
  const ws = await aWorkspace()
  const api = apiOf((await aToken(ws.id)).text)
  const { json } = await api('POST', '/api/v1/sources', { name: 'Backend', kind: 'server' })
  return { ws, api, backend: json as unknown as Backend }
}

/** Sends over HTTP and lets the consumer work off what came of it. */
async function send(path: string, body: object, headers: Record<string, string>): Promise<number> {
  const queue = new FakeQueue()
  const environment = { ...env, EVENTS_0: queue as unknown as Queue, EVENTS_1: queue as unknown as Queue }
  const request = new Request(`https://t.example${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const response = await handleRequest(request, environment, createExecutionContext())
  if (queue.texts.length > 0) await deliver(queue.texts.map((text) => JSON.parse(text) as IngestMessage))
  return response.status
}

const basic = (user: string, password = '') => ({ Authorization: `Basic ${btoa(`${user}:${password}`)}` })

function signed({ appKey, secretKey }: Backend, body: object): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = createHmac('sha256', secretKey)
    .update(`${timestamp}.${JSON.stringify(body)}`)
    .digest('hex')
  return { 'X-App-Key': appKey, 'X-Timestamp': timestamp, 'X-Signature': `sha256=${signature}` }
}

async function twoUsers(backend: Backend): Promise<void> {
  for (const userId of ['old', 'new']) {
    expect(await send('/v1/identify', { userId, traits: { [userId]: true } }, basic(backend.writeKey))).toBe(200)
  }
}

const alias = { type: 'alias', userId: 'new', previousId: 'old' }

describe('two user ids and an alias', () => {
  test('a public key never unites them, not even that of a server source', async () => {
    const { ws, backend } = await aBackend()
    await twoUsers(backend)
    for (const headers of [basic(backend.writeKey), { Authorization: `Bearer ${backend.writeKey}` }]) {
      expect(await send('/v1/alias', alias, headers)).toBe(200)
    }
    expect(await send('/v1/batch', { batch: [alias], writeKey: backend.writeKey }, {})).toBe(200)
    await settled(ws)
    expect(await locate(ws, 'user_id', 'old')).not.toBe(await locate(ws, 'user_id', 'new'))
  })

  test('a caller cannot claim trust in what he sends', async () => {
    const { ws, backend } = await aBackend()
    await twoUsers(backend)
    const claims = { trust: 'server', context: { trust: 'server' }, integrations: { trust: 'server' } }
    await send('/v1/alias', { ...alias, ...claims }, basic(backend.writeKey))
    await send('/v1/batch', { batch: [{ ...alias, ...claims }], ...claims }, basic(backend.writeKey))
    await send('/v1/alias', alias, { ...basic(backend.writeKey), 'X-App-Key': backend.appKey })
    await settled(ws)
    expect(await locate(ws, 'user_id', 'old')).not.toBe(await locate(ws, 'user_id', 'new'))
  })

  test.each([
    ['an app key and its secret', (backend: Backend) => basic(backend.appKey, backend.secretKey)],
    ['a signature', (backend: Backend) => signed(backend, alias)],
  ])('%s unites them', async (_, headers) => {
    const { ws, backend } = await aBackend()
    await twoUsers(backend)
    expect(await send('/v1/alias', alias, headers(backend))).toBe(200)
    const profile = await profileOf(ws, 'user_id', 'old')
    expect(profile.id).toBe(await locate(ws, 'user_id', 'new'))
    expect(profile.traits).toEqual({ old: true, new: true })
  })
})

describe('a signed request sent again', () => {
  test('is the same messages: counted once', async () => {
    const { ws, backend } = await aBackend()
    const body = { batch: [{ type: 'track', event: 'Paid', userId: 'u1', messageId: 'm1' }] }
    const headers = signed(backend, body)
    for (let i = 0; i < 3; i++) expect(await send('/v1/batch', body, headers)).toBe(200)
    expect((await profileOf(ws, 'user_id', 'u1')).eventCounts).toEqual({ Paid: 1 })
  })
})

describe('the dialects', () => {
  test('say in their own way what is wrong with a server key', async () => {
    const { backend } = await aBackend()
    const wrong = basic(backend.appKey, 'sk_wrong')
    for (const path of ['/v1/batch', '/v1/events', '/cdp/ingest']) {
      const request = new Request(`https://t.example${path}`, { method: 'POST', headers: wrong, body: '{}' })
      const response = await handleRequest(request, env, createExecutionContext())
      expect([path, response.status, await response.text()]).toEqual([path, 401, expect.stringContaining('app key')])
    }
  })

  test('say when to come again, in whole seconds that a browser may read', async () => {
    const { api, backend } = await aBackend()
    await api('PUT', `/api/v1/sources/${backend.id}`, { settings: { rateLimitPerMinute: 1 } })
    const click = { type: 'track', event: 'Click', userId: 'u1' }
    const answers: Response[] = []
    for (const path of ['/v1/track', '/v1/track', '/v1/events', '/cdp/ingest']) {
      const headers = { ...basic(backend.writeKey), Origin: 'https://shop.example' }
      const request = new Request(`https://t.example${path}`, { method: 'POST', headers, body: JSON.stringify(click) })
      answers.push(
        await handleRequest(request, { ...env, EVENTS_0: sink(), EVENTS_1: sink() }, createExecutionContext()),
      )
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 429])
    for (const { headers } of answers.slice(1)) {
      expect(headers.get('Retry-After')).toMatch(/^[1-9]\d?$/)
      expect(headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
    }
  })
})

function sink(): Queue {
  return new FakeQueue() as unknown as Queue
}
