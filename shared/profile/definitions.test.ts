import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, anIdentifier, anItem, NOW } from '../../test/support/builders.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { HOUR, MINUTE } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import { BASE, condition } from '../segment/arbitraries.case.ts'
import { person } from '../segment/arbitraries-person.case.ts'
import type { Condition } from '../segment/condition.ts'
import { evaluate } from '../segment/evaluate.ts'
import { type ApplyItem, applyItems } from './apply.ts'
import { Definitions } from './definitions.ts'
import { nextDueAt, tellDue } from './emission.ts'
import { click, defined, plan, World } from './emission-world.case.ts'
import { personOf } from './person.ts'
import { PROFILE_LIMITS } from './profile-limits.ts'

describe('definitions that read each other', () => {
  const contacted: Condition = { type: 'event', name: 'Email Sent', window: { last: '3d' } }
  const lost: Condition = {
    type: 'and',
    conditions: [
      { type: 'trait', path: 'plan', op: 'exists' },
      { type: 'not', condition: { type: 'segment', key: 'contacted' } },
    ],
  }
  const mail = (timestamp: number) => anItem(anEvent({ name: 'Email Sent', timestamp }))

  test('a change of one is followed by the other in the same step, by an event and by time alone', () => {
    const world = new World(0, new Definitions(1, [defined('lost', lost), defined('contacted', contacted)]))
    world.arrive([plan('pro', NOW)])
    world.passTo(NOW + MINUTE)
    world.arrive([mail(NOW + MINUTE)])
    world.passTo(NOW + 96 * HOUR)
    const end = NOW + MINUTE + 72 * HOUR
    expect(world.told.map(({ name, at }) => [name, at])).toEqual([
      ['lost ENTER', NOW],
      ['lost EXIT', NOW + MINUTE],
      ['contacted ENTER', NOW + MINUTE],
      ['lost ENTER', end],
      ['contacted EXIT', end],
    ])
  })

  test('an event is looked at by whoever reads it through a computed trait or another segment', () => {
    const buyers: Condition = { type: 'computed', key: 'orders', op: 'gte', value: 2 }
    const aggregate = { fn: 'count', event: 'Order', window: { last: '1d' } } as const
    const vip: Condition = { type: 'segment', key: 'buyers' }
    const workspace = { computedTraits: [{ key: 'orders', name: 'Orders', version: 1, aggregate }] }
    const world = new World(0, new Definitions(1, [defined('vip', vip), defined('buyers', buyers)], workspace))
    const order = (timestamp: number) => anItem(anEvent({ name: 'Order', timestamp }))
    world.arrive([order(NOW)])
    world.passTo(NOW + HOUR)
    expect(world.told).toEqual([])
    world.arrive([order(NOW + HOUR)])
    world.passTo(NOW + 48 * HOUR)
    expect(world.told.map(({ name, at }) => [name, at])).toEqual([
      ['vip ENTER', NOW + HOUR],
      ['buyers ENTER', NOW + HOUR],
      ['vip EXIT', NOW + 24 * HOUR],
      ['buyers EXIT', NOW + 24 * HOUR],
    ])
  })

  test('a cycle that was saved all the same is unknown, and nobody is told of it', () => {
    const a: Condition = { type: 'not', condition: { type: 'segment', key: 'b' } }
    const world = new World(0, new Definitions(1, [defined('a', a), defined('b', { type: 'segment', key: 'a' })]))
    world.arrive([click(NOW)])
    world.passTo(NOW + HOUR)
    expect(world.told).toEqual([])
  })

  test('a new identifier is looked at', () => {
    const known: Condition = { type: 'identifier', idType: 'email', exists: true }
    const world = new World(0, new Definitions(1, [defined('known', known)]))
    world.arrive([click(NOW)])
    world.passTo(NOW + 1)
    expect(world.told).toEqual([])
    const identifiers = [anIdentifier('user_id', 'u1'), anIdentifier('email', 'a@example.com')]
    world.arrive([anItem(anEvent({ timestamp: NOW + 1 }), { identifiers })])
    world.passTo(NOW + 1)
    expect(world.told.map((told) => told.name)).toEqual(['known ENTER'])
  })

  test('a late write that does not stand changes how long the value has been held', () => {
    const loyal: Condition = { type: 'trait_held', path: 'plan', value: 'pro', op: 'at_least', for: '7d' }
    const world = new World(0, new Definitions(1, [defined('loyal', loyal)]))
    world.arrive([plan('pro', NOW)])
    world.passTo(NOW + HOUR)
    world.arrive([plan('pro', NOW - 8 * 24 * HOUR, NOW + HOUR)])
    world.passTo(NOW + HOUR)
    expect(world.told.map(({ name, at }) => [name, at])).toEqual([['loyal ENTER', NOW + HOUR]])
  })
})

describe('what is not known', () => {
  const silent: Condition = { type: 'event', name: 'Click', count: { op: 'eq', value: 0 }, window: { last: '7d' } }
  const quiet = new Definitions(1, [defined('quiet', silent)])

  test('leaves what was told, and is looked at when time makes it known', () => {
    const world = new World(0, quiet)
    const settings = { windowMs: 0, profileRatePerMinute: 600 }
    const limits = { ...PROFILE_LIMITS, timelineEvents: 1 }
    const arrive = (items: readonly ApplyItem[]) =>
      applyItems(world.state, world.timeline, items, { now: world.now, settings, definitions: quiet, limits })
    arrive([click(NOW)])
    // The click is pruned: how many there were is known, but no longer when exactly.
    arrive([anItem(anEvent({ name: 'Other', timestamp: NOW + 1 }))])
    world.passTo(NOW + HOUR)
    expect(evaluate(silent, personOf(world.state, world.timeline.history), NOW + HOUR).member).toBe(false)
    world.passTo(NOW + 8 * 24 * HOUR)
    expect(world.told.map(({ name, at }) => [name, at])).toEqual([['quiet ENTER', NOW + 7 * 24 * HOUR]])
  })

  test('is nobody told of, not even when it was about to be', () => {
    const world = new World(
      1_000,
      new Definitions(1, [defined('rich', { type: 'computed', key: 'gone', op: 'exists' })]),
    )
    world.arrive([click(NOW)])
    world.passTo(NOW + HOUR)
    expect(world.told).toEqual([])
    expect(world.state.segments).toEqual({})
  })
})

describe('what many people share is spread', () => {
  const renewing: Condition = { type: 'trait', path: 'renews_on', op: 'within_next', value: '7d' }
  const active: Condition = { type: 'event', name: '*', window: { last: '7d' } }
  const both = new Definitions(1, [defined('renewing', renewing), defined('active', active)])
  const dueOf = (id: string, renewsOn: string) => {
    const world = new World(0, both)
    const state = { ...world.state, id: id as CanonicalId }
    const settings = { windowMs: 0, profileRatePerMinute: 600 }
    const items = [anItem(anEvent({ type: 'identify', traits: { renews_on: renewsOn }, timestamp: NOW }))]
    applyItems(state, world.timeline, items, { now: NOW, settings, definitions: both })
    return { state, timeline: world.timeline, due: nextDueAt(state) as number }
  }

  test('a calendar date ends later, never earlier, over five minutes, and is told with its own time', () => {
    const ids = Array.from({ length: 200 }, (_, i) => `prf_${i}`)
    const opens = Date.UTC(2026, 3, 1) - 7 * 24 * HOUR
    const dues = ids.map((id) => dueOf(id, '2026-04-01').due - opens)
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...dues)).toBeLessThan(5 * MINUTE)
    expect(new Set(dues).size).toBeGreaterThan(190)
    const { state, timeline, due } = dueOf('prf_1', '2026-04-01')
    expect(tellDue(state, timeline.history, both, due - 1)).toEqual([])
    expect(tellDue(state, timeline.history, both, due)).toMatchObject([
      { event: { name: 'renewing ENTER', timestamp: opens, receivedAt: due } },
    ])
  })

  test("a time of day of one's own is on time", () => {
    expect(dueOf('prf_1', '2026-04-01T09:41:12.345Z').due).toBe(Date.UTC(2026, 2, 25, 9, 41, 12, 345))
    const world = new World(0, both)
    world.arrive([click(NOW)])
    world.passTo(NOW + 8 * 24 * HOUR)
    expect(world.told.map(({ name, at }) => [name, at])).toEqual([
      ['active ENTER', NOW],
      ['active EXIT', NOW + 7 * 24 * HOUR],
    ])
  })
})

describe('whatever a workspace defines', () => {
  /** The conditions of the segment tests live in thirty milliseconds, and so do these people. */
  const arrival = fc.record({ wait: fc.nat(4), late: fc.nat(10), kind: fc.nat(2) })

  test('looking after each message only at what it could have changed ends where looking at everything does', () => {
    fc.assert(
      fc.property(
        fc.array(condition, { minLength: 1, maxLength: 3 }),
        person,
        fc.array(arrival),
        (own, data, arrivals) => {
          const { segments, computed, percentiles } = data.workspace
          const all = [
            ...own.map((condition, i) => defined(`own${i}`, condition)),
            ...Object.entries(segments).map(([key, condition]) => defined(key, condition)),
          ]
          const computedTraits = Object.entries(computed).map(([key, aggregate]) => ({
            key,
            name: key,
            version: 1,
            aggregate,
          }))
          const world = new World(0, new Definitions(1, all, { computedTraits, percentiles }))
          world.now = BASE
          const messages = [
            ...data.events.map(({ at, name, properties }) => anEvent({ timestamp: at, name, properties })),
            ...Object.entries(data.writes).flatMap(([name, writes]) =>
              writes.map(({ at, value }) =>
                anEvent({ type: 'identify', timestamp: at, traits: { [name]: value } as JsonObject }),
              ),
            ),
          ]
          messages.forEach((event, i) => {
            world.passTo(world.now + (arrivals[i]?.wait ?? 1))
            const types = i % 3 === 1 ? data.identifiers : []
            const identifiers = [anIdentifier('user_id', 'u1'), ...types.map((type) => anIdentifier(type, 'v'))]
            // Not in the order in which things happened.
            const received = { ...event, timestamp: event.timestamp - (arrivals[i]?.late ?? 0), receivedAt: world.now }
            world.arrive([anItem(received, { identifiers })])
            world.passTo(world.now)
            for (const { key, condition } of all) {
              expect(world.state.segments[key]?.member ?? false).toBe(world.isIn(condition))
            }
          })
          for (const { key } of all) {
            const changes = world.told
              .filter(({ name }) => name.startsWith(`${key} `))
              .map(({ name }) => name.split(' ')[1])
            expect(changes).toEqual(changes.map((_, i) => (i % 2 === 0 ? 'ENTER' : 'EXIT')))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
