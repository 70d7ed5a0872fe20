import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { SPILL_PREFIX } from '../../platform/spill.ts'
import { consume } from '../../queues/index.ts'
import { replaySpill } from '../../queues/replay-spill.ts'
import { shardOf } from '../../shared/audience/shard-of.ts'
import { contracts } from '../../shared/contract/index.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { anApi } from '../support/api.ts'
import { anEdge } from '../support/edge.ts'
import { aPeer, type FakePeer, onlyFakePeers } from '../support/fake-peer.ts'
import { aShop } from '../support/faults-shop.ts'
import { withoutCalls, withoutD1, withoutShard } from '../support/outage.ts'
import { aWorkspace, deliver, ledgerOf, meterOf, profileOf, type TestWorkspace } from '../support/workspace.ts'

/** The table of degraded modes in docs/runbook.md, line by line. */

// Before any cache is made: they keep the clock they were made with.
const real = Date.now.bind(Date)
let ahead = 0
vi.spyOn(Date, 'now').mockImplementation(() => real() + ahead)

let restore = () => {}
beforeAll(onlyFakePeers)
afterEach(() => {
  restore()
  restore = () => {}
})

interface Sent {
  readonly status: number
  readonly headers: Headers
  readonly tookMs: number
}

async function send(ws: TestWorkspace, environment: Env, body: object, source = ws.source): Promise<Sent> {
  const request = new Request('https://t.example/v1/track', {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${mintWriteKey(env.WRITE_KEY_SECRET, source)}:`)}` },
    body: JSON.stringify(body),
  })
  const began = real()
  const { status, headers } = await handleRequest(request, environment, createExecutionContext())
  return { status, headers, tookMs: real() - began }
}

function anOrder(messageId: string, userId = 'ann') {
  return { event: 'Order', userId, messageId, properties: { value: 1 } }
}

async function tellDestinations(environment: Env, texts: readonly string[]) {
  const messages = texts.map((body, i) => ({ id: `effect-${i}`, timestamp: new Date(), body, attempts: 1 }))
  const batch = createMessageBatch('tributary-effects', messages)
  await consume(batch, environment)
  return getQueueResult(batch, createExecutionContext())
}

function received(peer: FakePeer): readonly string[] {
  return peer.got.filter(({ json }) => json.data.event === 'Order').map(({ json }) => json.data.messageId as string)
}

describe('D1 is down', () => {
  test('events are taken, applied, read and delivered with the last good configuration', async () => {
    const peer = aPeer()
    const ws = await aShop(peer)
    const edge = anEdge()
    const api = await anApi(ws.id, ['*'], edge.env)
    const read = () => api.call('GET', '/api/v1/profiles/user_id:ann')
    expect((await send(ws, edge.env, anOrder('m1'))).status).toBe(200)
    expect((await edge.deliver()).retried).toEqual([])
    expect((await read()).json.eventCounts).toEqual({ Order: 1 })
    await tellDestinations(edge.env, edgeEffects(edge))
    expect(received(peer)).toEqual(['m1'])

    restore = withoutD1()
    for (let minute = 1; minute <= 3; minute++) {
      ahead += 60_000
      const id = `m${minute + 1}`
      expect((await send(ws, edge.env, anOrder(id))).status).toBe(200)
      expect(await edge.deliver()).toMatchObject({ retried: [] })
      const { status, json } = await read()
      expect([status, json.eventCounts]).toEqual([200, { Order: minute + 1 }])
      expect(await tellDestinations(edge.env, edgeEffects(edge))).toMatchObject({ retryMessages: [] })
      expect(received(peer)).toContain(id)
    }
    // What the plan forbids is forbidden as well: the stages have their last good configuration too.
    await send(ws, edge.env, { ...anOrder('m5'), properties: {} })
    await edge.deliver()
    expect((await ledgerOf(ws)).size).toBe(5)
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 4, 'rejected:plan:missing': 1 })
  })

  test('a key that no isolate knows is believed, and judged when the configuration is back', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    restore = withoutD1()
    expect((await send(ws, edge.env, anOrder('m1'))).status).toBe(200)
    expect((await send(ws, edge.env, anOrder('m2'), 'src_nobody00')).status).toBe(200)
    const [mine, nobodys] = edge.accepted()
    expect((await edge.deliver()).retried.length).toBe(2)
    expect((await ledgerOf(ws)).size).toBe(0)
    restore()
    restore = () => {}
    // A refused read is not remembered as an absence.
    edge.events.calls.push([JSON.stringify(mine), JSON.stringify(nobodys)])
    expect((await edge.deliver()).retried).toEqual([])
    expect([...(await ledgerOf(ws)).values()].map(({ outcome }) => outcome)).toEqual(['applied'])
  })

  test('what needs the configuration itself is told to come again: 503 with Retry-After, and nothing ever answers 500', async () => {
    const ws = await aWorkspace()
    const api = await anApi(ws.id)
    // The token is known, and then D1 goes.
    expect((await api.call('GET', '/api/v1/segments')).status).toBe(200)
    restore = withoutD1()
    const answers: Record<string, number> = {}
    for (const { name, method, path, scope, body } of contracts) {
      if (scope === 'write key') continue
      const named = path.replace('{ref}', 'user_id:nobody').replace(/\{\w+\}/g, 'nothing')
      const { status, headers } = await api.call(method.toUpperCase(), named, body ? (SAMPLES[name] ?? {}) : undefined)
      answers[name] = status
      const again = Number(headers.get('Retry-After'))
      if (status === 503) expect([name, again > 0]).toEqual([name, true])
    }
    expect(Object.entries(answers).filter(([, status]) => status === 500 || status === 401)).toEqual([])
    for (const name of [
      'listSegments',
      'createSegment',
      'listSources',
      'createSource',
      'listDestinations',
      'readHealth',
    ])
      expect([name, answers[name]]).toEqual([name, 503])
  })
})

/** Bodies that reach the store. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  createSegment: { key: 'pro', name: 'Pro', condition: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } },
  createSource: { name: 'web', kind: 'web' },
}

function edgeEffects(edge: ReturnType<typeof anEdge>): readonly string[] {
  const queue = edge.env.EFFECTS as unknown as { readonly calls: string[][] }
  return queue.calls.splice(0).flat()
}

describe('R2 is down', () => {
  test('the edge goes on, the consumers acknowledge nothing, and afterwards everything is there once', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    const ill = withoutCalls(edge.env, { LAKE: 'refuses' })
    for (const id of ['m1', 'm2', 'm3']) expect((await send(ws, ill, anOrder(id))).status).toBe(200)
    const waiting = edge.accepted()
    edge.events.calls.length = 0
    const { acked, retried } = await deliver(waiting, 1, ill)
    expect([acked.length, retried.length]).toEqual([0, 3])
    expect((await ledgerOf(ws)).size).toBe(0)
    expect((await meterOf(ws)).counts).toEqual({ 'waits:unreachable': 3 })

    const again = await deliver(waiting, 2, edge.env)
    expect([again.acked.length, again.retried.length]).toEqual([3, 0])
    expect([...(await ledgerOf(ws)).values()].map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied'])
    expect((await profileOf(ws, 'user_id', 'ann')).eventCounts).toEqual({ Order: 3 })
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 3 })
  })

  test('when the queues refuse too nothing durable is left, and the client is told to keep its events', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    const ill = withoutCalls(edge.env, { LAKE: 'refuses', EVENTS_: 'refuses' })
    const { status, headers } = await send(ws, ill, anOrder('m1'))
    expect(status).toBe(503)
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(edge.events.texts).toEqual([])
    // The SDK sends it again when all is well: nobody has heard of it before.
    expect((await send(ws, edge.env, anOrder('m1'))).status).toBe(200)
    await edge.deliver()
    expect((await profileOf(ws, 'user_id', 'ann')).eventCounts).toEqual({ Order: 1 })
  })
})

describe('one event queue hangs', () => {
  test('its neighbour takes everything within the patience of a client, and nobody waits for it twice', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    const ill = withoutCalls(edge.env, { EVENTS_0: 'hangs' })
    const people = Array.from({ length: 12 }, (_, i) => `person-${i}`)
    const first = await Promise.all(people.map((who, i) => send(ws, ill, anOrder(`m${i}`, who))))
    expect(first.map(({ status }) => status)).toEqual(people.map(() => 200))
    // SDKs give a request up after ten seconds.
    expect(Math.max(...first.map(({ tookMs }) => tookMs))).toBeLessThan(8_000)
    const later = await Promise.all(people.map((who, i) => send(ws, ill, anOrder(`n${i}`, who))))
    expect(later.map(({ status }) => status)).toEqual(people.map(() => 200))
    expect(Math.max(...later.map(({ tookMs }) => tookMs))).toBeLessThan(3_000)
    expect(edge.accepted().length).toBe(24)
  })
})

describe('all event queues refuse', () => {
  test('requests are spilled to R2, replayed by the cron, and nothing is lost or doubled', async () => {
    const ws = await aWorkspace({ lateEvents: 'archive_only' })
    const edge = anEdge()
    const ill = withoutCalls(edge.env, { EVENTS_: 'refuses' })
    for (let i = 0; i < 5; i++) expect((await send(ws, ill, anOrder(`m${i}`))).status).toBe(200)
    expect(edge.events.texts).toEqual([])
    expect(await spilled(ws)).toBe(5)
    // Hours later: for live traffic these would be late.
    ahead += 3 * 3_600_000

    // While the queues refuse, the cron leaves everything where it is.
    expect(await replaySpill(ill)).toBe(0)
    expect(await spilled(ws)).toBe(5)

    // It dies after the queue took everything: what comes twice is the same copies.
    const dying = withoutCalls(edge.env, { 'LAKE.delete': 'refuses' })
    await expect(replaySpill(dying)).rejects.toThrow()
    expect(await replaySpill(edge.env)).toBe(5)
    expect(await spilled(ws)).toBe(0)
    expect(edge.events.texts.length).toBe(10)
    expect((await edge.deliver()).retried).toEqual([])
    const ledger = await ledgerOf(ws)
    expect([...ledger.values()].map(({ outcome }) => outcome)).toEqual(new Array(5).fill('applied'))
    expect((await profileOf(ws, 'user_id', 'ann')).eventCounts).toEqual({ Order: 5 })
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 5 })
  })
})

describe('an audience shard is down', () => {
  test('events are applied and segments entered; search and counts say that they cannot be asked', async () => {
    const peer = aPeer()
    const ws = await aShop(peer)
    const edge = anEdge()
    // Whoever turns out to live in the shard that is down has the more interesting story.
    const first = { event: 'Order', userId: 'ann', messageId: 'm0', properties: { value: 1 } }
    await send(ws, edge.env, first)
    await edge.deliver()
    const { id } = await profileOf(ws, 'user_id', 'ann')
    const ill = withoutShard(edge.env, ws.id, shardOf(id, Number(env.AUDIENCE_SHARDS)))
    for (const id of ['m1', 'm2']) expect((await send(ws, ill, anOrder(id))).status).toBe(200)
    const waiting = edge.accepted()
    edge.events.calls.length = 0
    expect((await deliver(waiting, 1, ill)).retried).toEqual([])
    const profile = await profileOf(ws, 'user_id', 'ann')
    expect(profile.eventCounts).toEqual({ Order: 3 })
    expect(profile.segments.map(({ key }) => key)).toEqual(['buyers'])

    const api = await anApi(ws.id, ['*'], ill)
    expect((await api.call('GET', '/api/v1/profiles/user_id:ann')).status).toBe(200)
    const condition = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
    const asked = [
      await api.call('GET', '/api/v1/profiles?q=ann'),
      await api.call('GET', '/api/v1/segments/buyers/members'),
      await api.call('POST', '/api/v1/segments/preview', { condition }),
    ]
    for (const { status, headers, json } of asked) {
      expect([status, json.code]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    }
    // It is back, and knows what it missed.
    const well = await anApi(ws.id, ['*'], edge.env)
    await vi.waitFor(
      async () => {
        const { json } = await well.call('GET', '/api/v1/segments/buyers/members')
        expect(json.members.map((member: { id: string }) => member.id)).toEqual([id])
      },
      { timeout: 20_000, interval: 100 },
    )
  })
})

async function spilled(ws: TestWorkspace): Promise<number> {
  return (await env.LAKE.list({ prefix: `${SPILL_PREFIX}${ws.id}/` })).objects.length
}
