import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { laneStub } from '../platform/stubs.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { apiClient } from '../test/support/api-client.ts'
import { aPeer, onlyFakePeers } from '../test/support/fake-peer.ts'
import { aWorkspace } from '../test/support/workspace.ts'
import type { LaneItem } from './lane-item.ts'

beforeAll(onlyFakePeers)

/** A webhook of a workspace of its own, its first lane, and items that need no profile: that somebody was erased. */
async function aLane(more: Record<string, unknown> = {}) {
  const ws = await aWorkspace()
  const peer = aPeer()
  const api = await apiClient(ws)
  const settings = { url: peer.url, secret: 'a secret of mine' }
  const made = await api('POST', '/destinations', { type: 'webhook', name: 'Hook', settings, ...more })
  const id = made.body.id as string
  const item = (n: number, profile = `prf_${n}`): LaneItem => {
    const effect: Effect = {
      key: `k${n}`,
      kind: 'profile',
      workspace: ws.id,
      profile,
      change: 'deleted',
      at: Date.now(),
    }
    return { key: `k${n}`, messageId: `k${n}`, profile, at: Date.now(), text: JSON.stringify(effect) }
  }
  const ids = () => peer.got.map(({ json }) => json.data.messageId as string)
  return { ws, peer, api, id, item, ids, lane: () => laneStub(env, ws.id, id, 0) }
}

async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); ) {
    if (Date.now() > end) throw new Error('it did not happen')
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

describe('a delivery lane', () => {
  test('writes nothing when it succeeds, and knows what was delivered when it comes again', async () => {
    const { lane, item, ids } = await aLane()
    expect(await lane().deliver([item(1), item(2)])).toEqual([{ outcome: 'delivered' }, { outcome: 'delivered' }])
    expect(await lane().deliver([item(2), item(3)])).toEqual([
      { outcome: 'delivered', again: true },
      { outcome: 'delivered' },
    ])
    expect(ids().sort()).toEqual(['k1', 'k2', 'k3'])
    expect(await lane().status()).toMatchObject({ waiting: 0, state: 'closed', lastError: null })
  })

  test('keeps what failed through an eviction, and sends it in order when it wakes', async () => {
    const { lane, item, ids, peer } = await aLane()
    peer.answer(() => new Response('', { status: 503 }))
    const outcomes = await lane().deliver([item(1, 'prf_a'), item(2, 'prf_a')])
    expect(outcomes).toEqual([
      { outcome: 'retrying', reason: 'HTTP 503' },
      { outcome: 'retrying', reason: 'waits behind an earlier one of this person' },
    ])
    await evictDurableObject(lane())
    expect(await lane().deliver([item(3, 'prf_a')])).toMatchObject([{ outcome: 'retrying' }])
    peer.answer(() => new Response('ok'))
    await until(() => ids().includes('k3'))
    expect(ids().filter((id, i, all) => all.lastIndexOf(id) === i)).toEqual(['k1', 'k2', 'k3'])
    await until(async () => (await lane().status()).waiting === 0)
  })

  test('stops asking after five failures, and what comes meanwhile is stored without a try', async () => {
    const { lane, item, peer, api, id } = await aLane()
    peer.answer(() => new Response('', { status: 500 }))
    await lane().deliver([1, 2, 3, 4, 5].map((n) => item(n)))
    const tried = peer.got.length
    expect(await lane().status()).toMatchObject({ state: 'open', waiting: 5, lastError: { reason: 'HTTP 500' } })
    const begun = Date.now()
    expect(await lane().deliver([item(6)])).toMatchObject([{ outcome: 'retrying' }])
    expect(Date.now() - begun).toBeLessThan(1_000)
    expect(peer.got.length).toBe(tried)
    // A person who changes the destination does not wait for the probe.
    peer.answer(() => new Response('ok'))
    await api('PUT', `/destinations/${id}`, { name: 'Mended' })
    await until(async () => (await lane().status()).waiting === 0)
    expect(await lane().status()).toMatchObject({ state: 'closed' })
  })

  test('does not wait for a peer that hangs', async () => {
    const { lane, item, peer } = await aLane()
    peer.answer(() => new Promise<Response>(() => {}))
    const begun = Date.now()
    expect(await lane().deliver([item(1)])).toEqual([{ outcome: 'retrying', reason: 'waits for an answer' }])
    const first = Date.now() - begun
    await lane().deliver([item(2)])
    expect([first < 3_000, Date.now() - begun - first < 1_000]).toEqual([true, true])
  })

  test('buries what is refused, and its followers go on', async () => {
    const { lane, item, peer, ws, ids } = await aLane()
    peer.answer(({ json }) => new Response('', { status: json.data.messageId === 'k1' ? 410 : 200 }))
    const outcomes = await lane().deliver([item(1, 'prf_a'), item(2, 'prf_a')])
    expect(outcomes).toEqual([
      { outcome: 'dead_letter', reason: 'HTTP 410: the receiver is gone' },
      { outcome: 'delivered' },
    ])
    expect(ids()).toEqual(['k1', 'k2'])
    const api = await apiClient(ws)
    await until(async () => (await api('GET', '/dead-letters?stage=destination')).body.deadLetters?.length === 1)
    const [letter] = (await api('GET', '/dead-letters?stage=destination')).body.deadLetters
    expect(letter).toMatchObject({
      messageId: 'k1',
      stage: 'destination',
      reason: 'Hook: HTTP 410: the receiver is gone',
    })
  })

  test('sends a dead letter to its destination again when it is replayed', async () => {
    const { lane, item, peer, ws, ids } = await aLane()
    peer.answer(() => new Response('', { status: 410 }))
    await lane().deliver([item(1)])
    const api = await apiClient(ws)
    const letters = async () => (await api('GET', '/dead-letters?stage=destination')).body.deadLetters ?? []
    await until(async () => (await letters()).length === 1)
    peer.answer(() => new Response('ok'))
    expect((await api('POST', '/dead-letters:replay', { stage: 'destination' })).status).toBe(202)
    await until(() => ids().length === 2)
    await until(async () => (await letters()).length === 0)
    expect(ids()).toEqual(['k1', 'k1'])
  })

  test('forgets what waits for an erased person, and for a destination that is deleted', async () => {
    const { lane, item, peer, api, id } = await aLane()
    peer.answer(() => new Response('', { status: 500 }))
    await lane().deliver([item(1, 'prf_a'), item(2, 'prf_b')])
    await lane().forget([{ profile: 'prf_a', key: 'another' }])
    expect(await lane().status()).toMatchObject({ waiting: 1 })
    await api('DELETE', `/destinations/${id}`)
    await until(async () => (await lane().status()).waiting === 0)
  })

  test('keeps whole batches in R2 when it is full, and loses none of them', async () => {
    const { lane, item, ids, peer, api, id } = await aLane()
    peer.answer(() => new Response('', { status: 500 }))
    const all = Array.from({ length: 2_100 }, (_, n) => item(n))
    await lane().deliver(all.slice(0, 2_000))
    expect(await lane().deliver(all.slice(2_000))).toEqual(
      all.slice(2_000).map(() => ({ outcome: 'retrying', reason: 'too much waits: kept in the lake' })),
    )
    expect(await lane().status()).toMatchObject({ waiting: 2_100 })
    expect((await env.LAKE.list({ prefix: `lanes/` })).objects.length).toBeGreaterThan(0)
    peer.answer(() => new Response('ok'))
    peer.got.splice(0)
    await api('PUT', `/destinations/${id}`, {})
    await until(async () => (await lane().status()).waiting === 0, 50_000)
    expect(new Set(ids()).size).toBe(2_100)
  })

  test('keeps to its rate', async () => {
    // Four lanes share it: this one has two a second.
    const { lane, item, peer } = await aLane({ rateLimitPerSecond: 8 })
    await lane().deliver([1, 2, 3, 4, 5, 6].map((n) => item(n)))
    await until(() => peer.got.length === 6)
    const times = peer.got.map(({ at }) => at)
    expect((times[5] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1_400)
  })
})
