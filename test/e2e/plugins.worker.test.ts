import { env } from 'cloudflare:workers'
import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Api, anApi } from '../support/api.ts'
import { aPeer, type FakePeer, onlyFakePeers, type PeerRequest } from '../support/fake-peer.ts'
import { runJobs } from '../support/run-jobs.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  meterOf,
  profileOf,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const track = (messageId: string, more: object = {}) => ({
  type: 'track',
  event: 'Order',
  messageId,
  userId: 'u',
  properties: { total: 5 },
  ...more,
})

type Answer = (event: { readonly messageId: string; readonly [field: string]: unknown }) => unknown

interface Story {
  readonly ws: TestWorkspace
  readonly api: Api
  /** Installs one and answers its id; `peer` is where it is. */
  readonly install: (peer: FakePeer, more?: object, settings?: object) => Promise<string>
  readonly steps: (messageId: string) => Promise<readonly { step: string; outcome: string; reason?: string }[]>
}

async function aStory(environment: Env = env): Promise<Story> {
  const ws = await aWorkspace()
  const api = await anApi(ws.id, ['*'], environment)
  return {
    ws,
    api,
    async install(peer, more = {}, settings = {}) {
      const body = {
        type: 'remote',
        name: 'service',
        timeoutMs: 200,
        settings: { url: peer.url, secret: SECRET, writes: ['context.weather', 'properties.score'], ...settings },
        ...more,
      }
      const made = await api.call('POST', '/api/v1/plugins', body)
      expect([made.status, made.text]).toEqual([201, expect.anything()])
      return made.json.id
    },
    async steps(messageId) {
      const { json } = await api.call('GET', `/api/v1/events/${messageId}/trace`)
      return json.steps.filter(({ step }: { step: string }) => step === 'plugins')
    },
  }
}

/** A service that answers each event by itself. */
function answering(answer: Answer): FakePeer {
  const peer = aPeer()
  peer.answer(({ json }) => Response.json({ results: json.events.map(answer) }))
  return peer
}

const eventOf = async (ws: TestWorkspace, messageId: string) =>
  (await timelineOf(ws, (await profileOf(ws, 'user_id', 'u')).id)).find((event) => event.messageId === messageId)

async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify(await read().catch(() => undefined)) === JSON.stringify(expected)) return
    await new Promise((resume) => setTimeout(resume, 20))
  }
  expect(await read()).toEqual(expected)
}

beforeAll(onlyFakePeers)

describe('a blocking plugin', () => {
  test('is asked once for a batch, signed, about the events of its filter, and what it declared is written', async () => {
    const { ws, install, steps } = await aStory()
    const peer = answering(() => ({ set: { 'context.weather': { sky: 'clear' }, 'properties.score': 7 } }))
    const id = await install(peer, { filter: { events: ['Order'] } }, { options: { unit: 'C' } })
    await deliver([aMessage(ws, [track('m1'), track('m2', { event: 'Seen' })]), aMessage(ws, [track('m3')])])
    expect(await eventOf(ws, 'm1')).toMatchObject({
      properties: { total: 5, score: 7 },
      context: { weather: { sky: 'clear' } },
    })
    expect((await eventOf(ws, 'm2'))?.properties).toEqual({ total: 5 })
    expect(await steps('m1')).toMatchObject([
      { outcome: 'changed', detail: { plugin: id, name: 'service', fields: ['context.weather', 'properties.score'] } },
    ])
    expect(peer.got.length).toBe(1)
    const [request] = peer.got as [PeerRequest]
    expect(request.json).toMatchObject({
      plugin: { id, name: 'service' },
      options: { unit: 'C' },
      events: [
        { messageId: 'm1', type: 'track', event: 'Order', userId: 'u', properties: { total: 5 } },
        { messageId: 'm3' },
      ],
    })
    const [name, time] = [request.headers.get('webhook-id'), request.headers.get('webhook-timestamp')]
    expect(request.headers.get('idempotency-key')).toBe(name)
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
    const mac = createHmac('sha256', key).update(`${name}.${time}.${request.text}`).digest('base64')
    expect(request.headers.get('webhook-signature')).toBe(`v1,${mac}`)
    // What it wrote stands in the archive beside what came.
    const line = [...(await ledgerOf(ws)).values()].find(({ messageId }) => messageId === 'm1')
    expect(line).toMatchObject({
      item: { body: { properties: { total: 5 } } },
      changes: { within: { properties: { score: 7 } } },
    })
  })

  test('asked again about the same events is asked under the same key', async () => {
    const { ws, install } = await aStory()
    const peer = answering(() => null)
    await install(peer)
    const message = aMessage(ws, [track('m1')])
    await deliver([message])
    await deliver([message])
    const [first, second] = peer.got.map(({ headers }) => headers.get('webhook-id'))
    expect([peer.got.length, first]).toEqual([2, second])
  })

  test('drops an event with its reason, and the ledger counts it', async () => {
    const { ws, install, steps } = await aStory()
    await install(answering(({ messageId }) => (messageId === 'm1' ? { drop: 'a test order' } : {})))
    await deliver([aMessage(ws, [track('m1'), track('m2')])])
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Order: 1 })
    expect(await steps('m1')).toMatchObject([{ outcome: 'dropped', reason: 'a test order' }])
    expect((await meterOf(ws)).counts).toMatchObject({ 'dropped:plugin': 1, applied: 1 })
  })

  test.each<[string, Answer | (() => Response | Promise<Response>), string, string]>([
    ['answers text', () => Response.json('sunny'), 'failed', 'results'],
    ['answers no JSON', () => new Response('<html>'), 'failed', 'no JSON'],
    ['answers too few', () => Response.json({ results: [] }), 'failed', '0 results for 1'],
    ['answers a number for an event', () => Response.json({ results: [7] }), 'failed', 'a number'],
    ['answers the whole event back', () => Response.json({ results: [{ event: 'x' }] }), 'failed', 'neither'],
    ['answers about a stranger', () => Response.json({ results: [{ messageId: 'zz' }] }), 'failed', 'not asked about'],
    ['writes an undeclared field', () => set({ 'properties.total': 1 }), 'failed', 'did not declare'],
    ['writes the name', () => set({ event: 'x' }), 'failed', 'did not declare'],
    ['writes the prototype', () => set({ 'context.weather.__proto__.x': 1 }), 'failed', 'did not declare'],
    ['adds more than it may', () => set({ 'context.weather': 'x'.repeat(17 * 1024) }), 'failed', 'of 16384'],
    ['adds 10 MB', () => set({ 'context.weather': 'x'.repeat(10 * 1024 * 1024) }), 'failed', 'longer than'],
    ['fails', () => new Response('broken', { status: 500 }), 'failed', 'HTTP 500: broken'],
    ['redirects', () => Response.redirect('http://10.0.0.1/', 302), 'failed', 'a redirect, which is not followed'],
    ['hangs', () => new Promise<Response>(() => {}), 'timeout', 'within 200 ms'],
    ['never ends', endless, 'timeout', 'within 200 ms'],
    ['breaks off', breaksOff, 'failed', 'broke off'],
    ['says that it failed', () => Response.json({ results: [{ error: 'no such city' }] }), 'failed', 'no such city'],
  ])('that %s changes nothing, and the trace says why', async (_, reply, outcome, reason) => {
    const { ws, api, install, steps } = await aStory()
    const peer = aPeer()
    peer.answer(reply as () => Response)
    const id = await install(peer)
    await deliver([aMessage(ws, [track('m1')])])
    const event = await eventOf(ws, 'm1')
    expect([event?.name, event?.properties, event?.context]).toEqual(['Order', { total: 5 }, {}])
    expect(await steps('m1')).toMatchObject([{ outcome, reason: expect.stringContaining(reason) }])
    const { health } = (await api.call('GET', `/api/v1/plugins/${id}`)).json
    expect([health.calls, health.events]).toEqual([1, 1])
    if (outcome === 'timeout') {
      expect(health).toMatchObject({ failed: 1, timeouts: 1 })
      const { text } = await api.call('GET', '/metrics')
      expect(text).toContain(`cdp_plugin_calls_total{plugin="${id}",outcome="timeout"} 1`)
    }
    expect({} as Record<string, unknown>).not.toHaveProperty('x')
  })

  test('that failed leaves a dead letter when it must not be left out, and the letter is replayed', async () => {
    const { ws, api, install } = await aStory()
    const peer = aPeer()
    peer.answer(() => new Response(null, { status: 503 }))
    await install(peer, { onFailure: 'dead_letter' })
    await deliver([aMessage(ws, [track('m1')])])
    const letters = async () => (await api.call('GET', '/api/v1/dead-letters?stage=plugins')).json.deadLetters
    await eventually(async () => (await letters()).map(({ messageId }: { messageId: string }) => messageId), ['m1'])
    expect((await letters())[0].reason).toBe('service: HTTP 503')
    peer.answer(({ json }) => Response.json({ results: json.events.map(() => ({ set: { 'properties.score': 1 } })) }))
    await api.call('POST', '/api/v1/dead-letters:replay', { stage: 'plugins' })
    await runJobs(ws)
    await eventually(async () => (await eventOf(ws, 'm1'))?.properties as object, { total: 5, score: 1 })
  })

  test('that answers after its time changes nothing, then or later', async () => {
    const { ws, install, steps } = await aStory()
    const peer = aPeer()
    let late: Promise<Response> | undefined
    peer.answer(() => {
      late = new Promise((resume) => setTimeout(() => resume(set({ 'context.weather': 'late' })), 400))
      return late
    })
    await install(peer)
    await deliver([aMessage(ws, [track('m1')])])
    await late
    await new Promise((resume) => setTimeout(resume, 50))
    expect((await eventOf(ws, 'm1'))?.context).toEqual({})
    expect(await steps('m1')).toMatchObject([{ outcome: 'timeout' }])
  })

  test('keeps nobody waiting for more than its time, and others are asked beside it', async () => {
    const { ws, install, steps } = await aStory()
    const hanging = aPeer()
    hanging.answer(() => new Promise<Response>(() => {}))
    for (const name of ['a', 'b', 'c']) await install(hanging, { name })
    await install(
      answering(() => ({ set: { 'properties.score': 1 } })),
      { name: 'well' },
    )
    const began = Date.now()
    await deliver([aMessage(ws, [track('m1')])])
    expect(Date.now() - began).toBeLessThan(2_000)
    expect((await steps('m1')).map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout', 'timeout', 'changed'])
  })

  test('that fails again and again is left alone for a while, and asked again once it was changed', async () => {
    const { ws, api, install, steps } = await aStory()
    const peer = aPeer()
    peer.answer(() => new Response(null, { status: 500 }))
    const id = await install(peer)
    for (let i = 0; i < 7; i++) await deliver([aMessage(ws, [track(`m${i}`)])])
    expect(peer.got.length).toBe(5)
    expect(await steps('m6')).toMatchObject([{ outcome: 'skipped', reason: expect.stringContaining('circuit') }])
    const { health } = (await api.call('GET', `/api/v1/plugins/${id}`)).json
    expect(health).toMatchObject({ calls: 5, failed: 5, skipped: 2, lastError: { reason: 'HTTP 500' } })
    peer.answer(({ json }) => Response.json({ results: json.events.map(() => null) }))
    await api.call('PUT', `/api/v1/plugins/${id}`, { name: 'mended' })
    await deliver([aMessage(ws, [track('n1')])])
    expect(peer.got.length).toBe(6)
  })

  test('of two that write one field the lower position wins, whoever answers first', async () => {
    const { ws, install } = await aStory()
    const slow = aPeer()
    slow.answer(async () => {
      await new Promise((resume) => setTimeout(resume, 60))
      return set({ 'properties.score': 'slow' })
    })
    await install(slow, { name: 'slow', position: 9 })
    await install(
      answering(() => ({ set: { 'properties.score': 'first' } })),
      { name: 'quick', position: 1 },
    )
    await deliver([aMessage(ws, [track('m1')])])
    expect((await eventOf(ws, 'm1'))?.properties).toEqual({ total: 5, score: 'first' })
  })

  test('at an address that was public when it was saved is not called once it is private', async () => {
    const { ws, install, steps } = await aStory()
    const peer = answering(() => ({ set: { 'properties.score': 1 } }))
    await install(peer)
    await deliver([aMessage(ws, [track('m1')])], 1, { ...env, OUTBOUND: 'public' } as Env)
    expect(peer.got).toEqual([])
    expect(await steps('m1')).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('the address must be') },
    ])
  })

  test('may be a Worker bound beside this one: the same words, no network', async () => {
    const got: Request[] = []
    const service = {
      async fetch(url: string, init: RequestInit) {
        const request = new Request(url, init as never)
        got.push(request.clone() as Request)
        const { events } = await request.json<{ events: unknown[] }>()
        return Response.json({ results: events.map(() => ({ set: { 'context.weather': 'bound' } })) })
      },
    }
    const bound = { ...env, PLUGIN_WEATHER: service } as unknown as Env
    const { ws, api } = await aStory(bound)
    const made = await api.call('POST', '/api/v1/plugins', {
      type: 'service-binding',
      name: 'beside',
      settings: { binding: 'PLUGIN_WEATHER', writes: ['context.weather'] },
    })
    expect(made.status).toBe(201)
    await deliver([aMessage(ws, [track('m1')])], 1, bound)
    expect((await eventOf(ws, 'm1'))?.context).toEqual({ weather: 'bound' })
    expect(got[0]?.headers.get('idempotency-key')).toMatch(/^plb_/)
  })

  test('of the built-in kind keeps a share of the people and drops the others whole', async () => {
    const { ws, api } = await aStory()
    await api.call('POST', '/api/v1/plugins', { type: 'sample', name: 'half', settings: { keepPercent: 50 } })
    const items = Array.from({ length: 200 }, (_, i) => track(`m${i}`, { userId: `u${i % 100}` }))
    await deliver([aMessage(ws, items)])
    const kept = [...(await ledgerOf(ws)).values()].filter(({ outcome }) => outcome === 'applied')
    expect(kept.length).toBeGreaterThan(60)
    expect(kept.length).toBeLessThan(140)
    const people = Map.groupBy(kept, (line) => (line['item'] as { body: { userId: string } }).body.userId)
    expect([...people.values()].every((lines) => lines.length === 2)).toBe(true)
  })
})

function set(fields: object): Response {
  return Response.json({ results: [{ set: fields }] })
}

function endless(): Response {
  const chunk = new TextEncoder().encode(' '.repeat(100))
  return new Response(
    new ReadableStream({
      async pull(controller) {
        await new Promise((resume) => setTimeout(resume, 5))
        controller.enqueue(chunk)
      },
    }),
  )
}

/** Half an answer, and then the connection is gone. */
function breaksOff(): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"results":[{"set":{"context.weather":1}}'))
        setTimeout(() => controller.error(new Error('connection reset')), 10)
      },
    }),
  )
}
