import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { identityStub, profileStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { HOUR, MINUTE, toIso } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  locate,
  meterOf,
  profileOf,
  settled,
  timelineOf,
} from '../support/workspace.ts'

const pro = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
const clicks = { type: 'event', name: 'Click', count: { op: 'gte', value: 3 }, window: { last: '1h' } }

const track = (fields: JsonObject, name = 'Click') => ({ type: 'track', event: name, ...fields })
const identify = (fields: JsonObject, traits: JsonObject) => ({ type: 'identify', traits, ...fields })

describe('what a customer would tell', () => {
  test('an anonymous visitor signs up, and what she did before is hers', async () => {
    const ws = await aWorkspace()
    await deliver([aMessage(ws, [track({ anonymousId: 'a1' }), track({ anonymousId: 'a1' })])])
    await deliver([
      aMessage(ws, [identify({ anonymousId: 'a1', userId: 'u1' }, { email: 'Ann@Example.com ', plan: 'pro' })]),
    ])
    await deliver([aMessage(ws, [track({ userId: 'u1' })])])
    const profile = await profileOf(ws, 'user_id', 'u1')
    expect(profile.eventCounts).toEqual({ Click: 3 })
    expect(profile.traits).toMatchObject({ plan: 'pro' })
    expect(profile.identifiers.map(({ type, value }) => `${type}:${value}`).sort()).toEqual([
      'anonymous_id:a1',
      'email:Ann@Example.com ',
      'user_id:u1',
    ])
    expect((await profileOf(ws, 'email', 'ann@example.com')).id).toBe(profile.id)
    expect((await profileOf(ws, 'anonymous_id', 'a1')).id).toBe(profile.id)
  })

  test('two devices become one person when both sign in', async () => {
    const ws = await aWorkspace()
    await deliver([aMessage(ws, [track({ anonymousId: 'phone' }), track({ anonymousId: 'phone' })])])
    await deliver([aMessage(ws, [track({ anonymousId: 'laptop' }, 'Order')])])
    const [phone, laptop] = [await locate(ws, 'anonymous_id', 'phone'), await locate(ws, 'anonymous_id', 'laptop')]
    expect(phone).not.toBe(laptop)
    await deliver([aMessage(ws, [identify({ anonymousId: 'phone', userId: 'u1' }, { plan: 'pro' })])])
    await deliver([aMessage(ws, [identify({ anonymousId: 'laptop', userId: 'u1' }, { city: 'Lodz' })])])
    const profile = await profileOf(ws, 'user_id', 'u1')
    expect(profile.id).toBe(phone) // the older canonical ID wins
    expect(profile.mergedIds).toEqual([laptop])
    expect(profile.eventCounts).toEqual({ Click: 2, Order: 1 })
    expect(profile.traits).toEqual({ city: 'Lodz', plan: 'pro' })
    // The loser is a tombstone that holds nothing and says where the person went.
    expect(await profileStub(env, ws.id, laptop as CanonicalId).read({ meta: false })).toEqual({
      kind: 'moved',
      to: phone,
    })
    expect(await identityStub(env, ws.id).locate({ kind: 'id', id: laptop as string })).toBe(phone)
    const merges = await identityStub(env, ws.id).mergesOf(profile.id as CanonicalId)
    expect(merges).toMatchObject([{ winner: phone, loser: laptop, cause: { kind: 'message' } }])
  })

  test('two people on one shared device never merge, and events go to whoever is signed in', async () => {
    const ws = await aWorkspace()
    await deliver([aMessage(ws, [track({ anonymousId: 'tv', userId: 'A' })])])
    await deliver([aMessage(ws, [track({ anonymousId: 'tv', userId: 'B' }), track({ anonymousId: 'tv' })])])
    const [a, b] = [await profileOf(ws, 'user_id', 'A'), await profileOf(ws, 'user_id', 'B')]
    expect(a.id).not.toBe(b.id)
    expect(a.eventCounts).toEqual({ Click: 2 }) // the anonymous one stays with who holds the anonymous ID
    expect(b.eventCounts).toEqual({ Click: 1 })
    expect(b.identifiers.map((identifier) => identifier.type)).toEqual(['user_id'])
    // The refused link is counted, and stands in the ledger beside the event.
    expect((await meterOf(ws)).counts).toEqual({ applied: 3, 'refused_link:limit': 1 })
    expect([...(await ledgerOf(ws)).values()].map((line) => line['refusedLinks'] ?? null)).toEqual([
      null,
      ['limit'],
      null,
    ])
  })

  test('the event that was four hours late changes nothing that is newer: the plan stays pro', async () => {
    const ws = await aWorkspace()
    const now = Date.now()
    await deliver([aMessage(ws, [identify({ userId: 'u1', timestamp: toIso(now) }, { plan: 'pro' })])])
    await deliver([aMessage(ws, [identify({ userId: 'u1', timestamp: toIso(now - 4 * HOUR) }, { plan: 'free' })])])
    const profile = await profileOf(ws, 'user_id', 'u1')
    expect(profile.traits).toEqual({ plan: 'pro' })
    expect((await timelineOf(ws, profile.id)).map((event) => event.late)).toEqual([false, true])
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 2, late: 1 })
  })

  test('a workspace that chose archive_only drops late events and keeps them in the archive', async () => {
    const ws = await aWorkspace({ lateEvents: 'archive_only' })
    const old = toIso(Date.now() - HOUR)
    await deliver([aMessage(ws, [track({ userId: 'u1' }), track({ userId: 'u1', timestamp: old })])])
    expect((await meterOf(ws)).counts).toEqual({ applied: 1, 'dropped:late': 1 })
    expect([...(await ledgerOf(ws)).values()].map((line) => line['outcome'])).toEqual(['applied', 'dropped'])
  })

  test('plan pro: ENTER stands in the timeline once the window has passed, exactly once', async () => {
    const ws = await aWorkspace({ windowMs: 2_000 }, { pro_plan: pro })
    const receivedAt = Date.now() - 5_000 // the window is over by the time anybody looks
    const message = aMessage(ws, [identify({ userId: 'u1', timestamp: toIso(receivedAt) }, { plan: 'pro' })], {
      receivedAt,
    })
    await deliver([message])
    await deliver([message], 2)
    const profile = await profileOf(ws, 'user_id', 'u1')
    const stub = profileStub(env, ws.id, profile.id as CanonicalId)
    await runDurableObjectAlarm(stub)
    const enters = (await timelineOf(ws, profile.id)).filter((event) => event.name === 'pro_plan ENTER')
    expect(enters).toMatchObject([
      { timestamp: toIso(receivedAt), source: 'tributary', properties: { segment: 'pro_plan' } },
    ])
    expect((await profileOf(ws, 'user_id', 'u1')).segments).toEqual([{ key: 'pro_plan', since: toIso(receivedAt) }])
    expect((await profileOf(ws, 'user_id', 'u1')).eventCounts).toEqual({})
  })

  test('what Tributary tells goes through the effects queue into the archive, once', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro_plan: pro })
    await deliver([aMessage(ws, [identify({ userId: 'u1' }, { plan: 'pro' })])])
    const { id } = await profileOf(ws, 'user_id', 'u1')
    let told = new Map<string, Record<string, unknown>>()
    // The queue delivers when its batch timeout is over.
    for (let tries = 0; tries < 100 && told.size === 0; tries++) {
      await new Promise((resume) => setTimeout(resume, 50))
      told = await ledgerOf(ws, 'effects')
    }
    expect([...told.values()]).toMatchObject([
      { source: 'tributary', canonicalId: id, outcome: 'applied', event: { name: 'pro_plan ENTER' } },
    ])
  })

  test('stragglers up to 20 s late inside a window of 30 s: told once, with complete data', async () => {
    const ws = await aWorkspace({ windowMs: 30_000 }, { clicks })
    const start = Date.now() - 10_000
    const click = (at: number, receivedAt: number) =>
      deliver([aMessage(ws, [track({ userId: 'u1', timestamp: toIso(at) })], { receivedAt })])
    await click(start, start)
    await click(start - 8_000, start + 1_000)
    await click(start - 19_000, start + 2_000)
    const profile = await profileOf(ws, 'user_id', 'u1')
    const stub = profileStub(env, ws.id, profile.id as CanonicalId)
    await runDurableObjectAlarm(stub) // before its time: nothing is due
    expect((await profileOf(ws, 'user_id', 'u1')).segments).toEqual([])
    expect((await timelineOf(ws, profile.id)).length).toBe(3)
    // The third straggler decided; 30 s after its arrival it is told, with the time of the newest of the three.
    const due = await stub.nextAlarm()
    expect(due).toBe(start + 2_000 + 30_000)
  })

  test('a redelivered batch changes nothing, and its copies are applied, not duplicates', async () => {
    const ws = await aWorkspace()
    const messages = [1, 2, 3].map((n) =>
      aMessage(ws, [track({ userId: `u${n}` }), identify({ userId: `u${n}` }, { n })]),
    )
    await deliver(messages)
    const before = await profileOf(ws, 'user_id', 'u1')
    await deliver(messages, 2)
    await deliver([...messages].reverse())
    expect(await profileOf(ws, 'user_id', 'u1')).toEqual(before)
    expect((await meterOf(ws)).counts).toEqual({ applied: 6, redelivered: 12 })
    expect([...(await ledgerOf(ws)).values()].map((line) => line['outcome'])).toEqual(new Array(6).fill('applied'))
  })

  test('the same message sent twice by an SDK counts once', async () => {
    const ws = await aWorkspace()
    const body = track({ userId: 'u1', messageId: 'same' })
    await deliver([aMessage(ws, [body]), aMessage(ws, [body])])
    await deliver([aMessage(ws, [{ ...body, sentAt: toIso(Date.now()) }])])
    expect((await profileOf(ws, 'user_id', 'u1')).eventCounts).toEqual({ Click: 1 })
    expect((await meterOf(ws)).counts).toEqual({ applied: 1, duplicate: 2 })
  })

  test('a profile that is evicted between any two steps goes on where it was', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro_plan: pro, clicks })
    const steps = [
      () => deliver([aMessage(ws, [track({ anonymousId: 'x' })])]),
      () => deliver([aMessage(ws, [track({ userId: 'u1' })])]),
      () => deliver([aMessage(ws, [identify({ anonymousId: 'x', userId: 'u1' }, { plan: 'pro' })])]),
      () => deliver([aMessage(ws, [track({ userId: 'u1' }), identify({ userId: 'u1' }, { plan: 'free' })])]),
    ]
    for (const step of steps) {
      await step()
      for (const [type, value] of [
        ['user_id', 'u1'],
        ['anonymous_id', 'x'],
      ] as const) {
        const id = await locate(ws, type, value)
        if (!id) continue
        await evictDurableObject(profileStub(env, ws.id, id)).catch(() => {}) // it may not be running
        await evictDurableObject(identityStub(env, ws.id)).catch(() => {})
      }
      // A merge that was interrupted is resumed, and what waited for its end is told before the next step.
      await settled(ws)
      const id = await locate(ws, 'user_id', 'u1')
      if (id) await runDurableObjectAlarm(profileStub(env, ws.id, id))
    }
    const profile = await profileOf(ws, 'user_id', 'u1')
    expect(profile.eventCounts).toEqual({ Click: 3 })
    expect(profile.traits).toEqual({ plan: 'free' })
    const own = (await timelineOf(ws, profile.id))
      .filter((event) => event.source === 'tributary')
      .map((event) => event.name)
    expect(own.filter((name) => name?.startsWith('pro_plan')).sort()).toEqual(['pro_plan ENTER', 'pro_plan EXIT'])
    expect(profile.segments.map((segment) => segment.key)).toEqual(['clicks'])
  })

  test('silence of ten minutes and a return: reengage begins, and its end waits for the alarm', async () => {
    const reengage = { type: 'returned', after: '10m', within: '30m' }
    const ws = await aWorkspace({ windowMs: 0 }, { reengage })
    const now = Date.now()
    const at = (ago: number) => track({ userId: 'u1', timestamp: toIso(now - ago) })
    await deliver([aMessage(ws, [at(20 * MINUTE)])])
    await deliver([aMessage(ws, [at(MINUTE)])])
    const profile = await profileOf(ws, 'user_id', 'u1')
    expect(profile.segments).toEqual([{ key: 'reengage', since: toIso(now - MINUTE) }])
    const stub = profileStub(env, ws.id, profile.id as CanonicalId)
    await runDurableObjectAlarm(stub) // the one that looks after the outbox
    const due = await stub.nextAlarm()
    expect(due).toBeGreaterThan(now + 28 * MINUTE)
    expect(due).toBeLessThanOrEqual(now + 29 * MINUTE + 1)
  })
})
