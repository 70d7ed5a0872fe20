import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { apiClient } from '../support/api-client.ts'
import { aPeer, onlyFakePeers, type PeerRequest } from '../support/fake-peer.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace } from '../support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

beforeAll(onlyFakePeers)

async function aWebhook(ws: TestWorkspace, url: string, more: Record<string, unknown> = {}) {
  const api = await apiClient(ws)
  const made = await api('POST', '/destinations', {
    type: 'webhook',
    name: 'Hook',
    settings: { url, secret: SECRET },
    ...more,
  })
  expect(made).toMatchObject({ status: 201 })
  return { api, id: made.body.id as string }
}

function isSigned({ headers, text }: PeerRequest): boolean {
  const [id, at, given] = ['id', 'timestamp', 'signature'].map((name) => headers.get(`webhook-${name}`))
  const mac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
    .update(`${id}.${at}.${text}`)
    .digest('base64')
  return given === `v1,${mac}`
}

/** Settled by the meter's and the trace's own pace. */
async function traced(ws: TestWorkspace, messageId: string, outcome: string) {
  const api = await apiClient(ws)
  for (let tries = 0; tries < 400; tries++) {
    const { body } = await api('GET', `/events/${encodeURIComponent(messageId)}/trace`)
    const step = body.steps?.find((one: { step: string }) => one.step === 'destination')
    if (step?.outcome === outcome) return step
    await new Promise((resume) => setTimeout(resume, 25))
  }
  throw new Error(`${messageId} is not ${outcome}`)
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 800) throw new Error('it did not happen')
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

describe('a webhook', () => {
  test('receives an event once, signed, with the person as they are', async () => {
    const ws = await aWorkspace()
    const peer = aPeer()
    const { id } = await aWebhook(ws, peer.url)
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'u1', traits: { plan: 'pro' }, messageId: 'm0' },
        { type: 'track', userId: 'u1', event: 'Order Completed', properties: { total: 12 }, messageId: 'm1' },
      ]),
    ])
    const got = await peer.until(2)
    const { id: profile } = await profileOf(ws, 'user_id', 'u1')
    expect(got.map(({ json }) => json.type)).toEqual(['identify', 'track'])
    expect(got[1]?.json).toMatchObject({
      type: 'track',
      timestamp: expect.stringMatching(/Z$/),
      data: {
        messageId: 'm1',
        event: 'Order Completed',
        properties: { total: 12 },
        context: {},
        timestamp: expect.stringMatching(/Z$/),
        profile: { id: profile, identifiers: [{ type: 'user_id', value: 'u1' }], traits: { plan: 'pro' } },
      },
    })
    expect(got.every(isSigned)).toBe(true)
    expect(got[1]?.headers.get('webhook-id')).toBe(`${ws.source}:m1`)
    const step = await traced(ws, 'm1', 'delivered')
    expect(step.detail).toMatchObject({ destination: id, name: 'Hook' })
    expect(peer.got.length).toBe(2)
  })

  test('hears of ENTER as a track', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    const peer = aPeer()
    await aWebhook(ws, peer.url, { filter: { segments: ['pro'], events: ['pro *'] } })
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u1', traits: { plan: 'pro' } }])])
    const [first] = await peer.until(1)
    expect(first?.json).toMatchObject({ type: 'track', data: { event: 'pro ENTER' } })
    expect(first && isSigned(first)).toBe(true)
  })

  test('that fails and recovers gets each person in order, and no other destination waits for it', async () => {
    const ws = await aWorkspace()
    const [bad, good] = [aPeer(), aPeer()]
    await aWebhook(ws, bad.url)
    await aWebhook(ws, good.url)
    let down = true
    bad.answer(() => (down ? new Response('no', { status: 500 }) : new Response('ok')))
    const event = (n: number) => ({ type: 'track', userId: 'u1', event: 'x', messageId: `m${n}` })
    await deliver([aMessage(ws, [event(1), event(2)])])
    await good.until(2, 3_000)
    await deliver([aMessage(ws, [event(3)])])
    await good.until(3, 3_000)
    await traced(ws, 'm1', 'retrying')
    down = false
    await until(() => bad.got.some(({ json }) => json.data.messageId === 'm3'))
    const ok = bad.got
    expect(ok.map(({ json }) => json.data.messageId).filter((id, i, all) => id !== all[i - 1])).toEqual([
      'm1',
      'm2',
      'm3',
    ])
    expect((ok[1]?.at ?? 0) - (ok[0]?.at ?? 0)).toBeGreaterThanOrEqual(990)
    expect(ok[0]?.headers.get('webhook-id')).toBe(ok[1]?.headers.get('webhook-id'))
    const api = await apiClient(ws)
    const { body } = await api('GET', '/destinations')
    const path = `/destinations/${body.destinations[0].id}/deliveries`
    await until(async () => (await api('GET', path)).body.counts.delivered === 3)
    const status = await api('GET', path)
    expect(status.body).toMatchObject({ waiting: 0, counts: { delivered: 3 }, lastError: { reason: 'HTTP 500: no' } })
  })
})
