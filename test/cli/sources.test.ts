import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** Sources as somebody meets them who starts Tributary and has curl: over the network, through the real runtime. */
interface Source {
  readonly id: string
  readonly writeKey: string
  readonly appKey: string
  readonly secretKey: string
}

let server: LocalServer

beforeAll(async () => {
  server = await startLocalServer()
})
afterAll(() => server.stop())

async function api(method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${server.apiToken}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

async function aServerSource(settings: object = {}): Promise<Source> {
  return (await api('POST', '/sources', { name: 'Backend', kind: 'server', settings })).json as unknown as Source
}

const CLICK = JSON.stringify({ type: 'track', event: 'Click', userId: 'u1' })

async function send(headers: Record<string, string>, body: BodyInit = CLICK): Promise<number> {
  return (await fetch(`${server.url}/v1/track`, { method: 'POST', headers, body })).status
}

const basic = (user: string, password = '') => ({ Authorization: `Basic ${btoa(`${user}:${password}`)}` })

function signed({ appKey, secretKey }: Source, body: string | Uint8Array): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = createHmac('sha256', secretKey).update(`${timestamp}.`).update(body).digest('hex')
  return { 'X-App-Key': appKey, 'X-Timestamp': timestamp, 'X-Signature': `sha256=${signature}` }
}

describe('a server source', () => {
  it('sends with its secret or signed, plain or packed, over the body as it is sent', async () => {
    const source = await aServerSource()
    const packed = gzipSync(CLICK)
    expect(await send(basic(source.appKey, source.secretKey))).toBe(200)
    expect(await send(signed(source, CLICK))).toBe(200)
    expect(await send({ ...signed(source, packed), 'Content-Encoding': 'gzip' }, packed)).toBe(200)
    expect(await send({ ...signed(source, CLICK), 'Content-Encoding': 'gzip' }, packed)).toBe(401)
    expect(await send(basic(source.appKey, 'sk_wrong'))).toBe(401)
  })

  it('is let in from this machine, and from nowhere else, when its list says so', async () => {
    const here = await aServerSource({ allowedIps: ['127.0.0.0/8', '::1'] })
    const elsewhere = await aServerSource({ allowedIps: ['203.0.113.0/24'] })
    expect([await send(basic(here.writeKey)), await send(basic(elsewhere.writeKey))]).toEqual([200, 403])
  })

  it('is told when to come again', async () => {
    const { writeKey } = await aServerSource({ rateLimitPerMinute: 2 })
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push(await send(basic(writeKey)))
    expect(statuses).toEqual([200, 200, 429])
  })

  it('stops within 5 seconds of being deleted', async () => {
    const { id, writeKey } = await aServerSource()
    expect(await send(basic(writeKey))).toBe(200)
    expect((await api('DELETE', `/sources/${id}`)).status).toBe(204)
    const deletedAt = Date.now()
    while ((await send(basic(writeKey))) === 200) await new Promise((resume) => setTimeout(resume, 100))
    expect(Date.now() - deletedAt).toBeLessThan(5_000)
    expect(await send(basic(writeKey))).toBe(401)
  })
})

describe('a second workspace', () => {
  it('has keys that work, and sees nothing of the first', async () => {
    const { json } = await api('POST', '/workspaces', { id: 'acme', name: 'Acme' })
    expect(await send(basic(String(json['writeKey'])))).toBe(200)
    const headers = { Authorization: `Bearer ${json['apiToken']}` }
    const sources = await (await fetch(`${server.url}/api/v1/sources`, { headers })).json()
    expect(sources).toMatchObject({ sources: [{ name: 'default' }] })
    expect((await fetch(`${server.url}/api/v1/workspaces`, { headers })).status).toBe(403)
  })
})
