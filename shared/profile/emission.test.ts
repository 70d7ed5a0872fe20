import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOW } from '../../test/support/builders.ts'
import { HOUR, MINUTE, SECOND } from '../kernel/instant.ts'
import type { Condition } from '../segment/condition.ts'
import { Definitions } from './definitions.ts'
import { nextDueAt, tellDue } from './emission.ts'
import { click, plan, World } from './emission-world.case.ts'

const pro: Condition = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
const power: Condition = { type: 'event', name: '*', count: { op: 'gte', value: 3 }, window: { last: '1h' } }
const returned: Condition = { type: 'returned', after: '10m', within: '30m' }

const definitions = new Definitions(1, [
  { key: 'pro_plan', name: 'Pro', version: 1, condition: pro },
  { key: 'power', name: 'Power', version: 1, condition: power },
  { key: 'returned', name: 'Returned', version: 1, condition: returned },
])

describe('emission of ENTER and EXIT', () => {
  test('waits for the window, then tells once with the time of the deciding event', () => {
    const world = new World(2_000, definitions)
    world.arrive([plan('pro', NOW - 500, NOW)])
    world.passTo(NOW + 1_999)
    expect(world.told).toEqual([])
    world.passTo(NOW + 10_000)
    expect(world.told).toEqual([{ name: 'pro_plan ENTER', at: NOW + 2_000, since: NOW - 500 }])
  })

  test('a change taken back inside the window is never told', () => {
    const world = new World(2_000, definitions)
    world.arrive([plan('pro', NOW)])
    world.passTo(NOW + 1_000)
    world.arrive([plan('free', NOW + 1_000)])
    world.passTo(NOW + HOUR)
    expect(world.told).toEqual([])
    expect(nextDueAt(world.state)).toBeNull()
    expect(world.state.passed).toEqual([{ segment: 'pro_plan', change: 'ENTER', began: NOW, ended: NOW + 1_000 }])
  })

  test('changes taken back are kept for a week, and no more than twenty of them', () => {
    const world = new World(2_000, definitions)
    for (let i = 0; i < 25; i++) {
      world.passTo(NOW + i * 200)
      world.arrive([plan('pro', NOW + i * 200)])
      world.passTo(NOW + i * 200 + 100)
      world.arrive([plan('free', NOW + i * 200 + 100)])
    }
    expect(world.state.passed?.length).toBe(20)
    expect(world.state.passed?.at(-1)).toMatchObject({ began: NOW + 4_800, ended: NOW + 4_900 })
    const later = NOW + 8 * 24 * HOUR
    world.passTo(later)
    world.arrive([plan('pro', later)])
    world.passTo(later + 100)
    world.arrive([plan('free', later + 100)])
    expect(world.state.passed).toEqual([{ segment: 'pro_plan', change: 'ENTER', began: later, ended: later + 100 }])
  })

  test('a membership that ends by time alone before it is due is never told', () => {
    const world = new World(30_000, definitions)
    const old = NOW - HOUR + 10_000
    world.arrive([click(old, NOW), click(old + 60_000, NOW), click(old + 120_000, NOW)])
    expect(world.isIn(power)).toBe(true)
    world.passTo(NOW + HOUR)
    expect(world.told).toEqual([])
  })

  test('stragglers up to 20 s late inside a window of 30 s are told once, with complete data', () => {
    const world = new World(30_000, definitions)
    // The third click by time decides; it arrives first, the others straggle in.
    world.arrive([click(NOW)])
    world.passTo(NOW + 12_000)
    world.arrive([click(NOW - 8_000, NOW + 12_000)])
    world.passTo(NOW + 19_000)
    world.arrive([click(NOW - 1_000, NOW + 19_000)])
    world.passTo(NOW + 30 * SECOND + 18_999)
    expect(world.told).toEqual([])
    world.passTo(NOW + 49_000)
    expect(world.told).toEqual([{ name: 'power ENTER', at: NOW + 49_000, since: NOW }])
  })

  test('time alone ends a membership exactly when it ends, without any event', () => {
    const world = new World(0, definitions)
    world.arrive([click(NOW - 3_000), click(NOW - 2_000), click(NOW - 1_000)])
    world.passTo(NOW + 1)
    expect(world.told.map((told) => told.name)).toEqual(['power ENTER'])
    world.passTo(NOW + 2 * HOUR)
    const left = NOW - 3_000 + HOUR
    expect(world.told.slice(1)).toEqual([{ name: 'power EXIT', at: left, since: left }])
  })

  test('a person who was silent and came back enters reengage, and leaves after half an hour', () => {
    const world = new World(2_000, definitions)
    world.arrive([click(NOW)])
    world.passTo(NOW + 20 * MINUTE)
    world.arrive([click(NOW + 20 * MINUTE)])
    world.passTo(NOW + 2 * HOUR)
    expect(world.told.map((told) => told.name)).toEqual(['returned ENTER', 'returned EXIT'])
    expect(world.told[0]).toMatchObject({ at: NOW + 20 * MINUTE + 2_000, since: NOW + 20 * MINUTE })
  })

  test('nothing is told while a merge into the profile is in progress', () => {
    const world = new World(0, definitions)
    world.state.merging.push(1)
    world.arrive([plan('pro', NOW)])
    world.passTo(NOW + HOUR)
    expect(world.told).toEqual([])
    // Not even by an alarm that was set before the merge began.
    expect(tellDue(world.state, world.timeline.history, definitions, NOW + HOUR)).toEqual([])
    world.state.merging.pop()
    world.passTo(NOW + HOUR)
    expect(world.told.map((told) => told.name)).toEqual(['pro_plan ENTER'])
  })

  const step = fc.record({
    wait: fc.integer({ min: 0, max: 20 * MINUTE }),
    item: fc.oneof(
      fc.record({ kind: fc.constant('plan' as const), value: fc.constantFrom('pro', 'free'), late: fc.nat(5_000) }),
      fc.record({ kind: fc.constant('click' as const), value: fc.constant(''), late: fc.nat(5_000) }),
    ),
  })

  test('emission never flickers: ENTER and EXIT alternate, and once it is quiet what was told is what is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.constantFrom(0, 2_000, 30_000), (steps, windowMs) => {
        const world = new World(windowMs, definitions)
        for (const { wait, item } of steps) {
          world.passTo(world.now + wait)
          const at = world.now - item.late
          world.arrive([item.kind === 'plan' ? plan(item.value, at, world.now) : click(at, world.now)])
        }
        world.passTo(world.now + windowMs)
        for (const [key, condition] of [
          ['pro_plan', pro],
          ['power', power],
          ['returned', returned],
        ] as const) {
          const changes = world.told
            .filter((told) => told.name.startsWith(`${key} `))
            .map((told) => told.name.split(' ')[1])
          expect(changes).toEqual(changes.map((_, i) => (i % 2 === 0 ? 'ENTER' : 'EXIT')))
          expect(changes.at(-1) === 'ENTER').toBe(world.isIn(condition))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('looking only at what an event could have changed ends where looking at everything does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const world = new World(0, definitions)
        for (const { wait, item } of steps) {
          world.passTo(world.now + wait)
          world.arrive([item.kind === 'plan' ? plan(item.value, world.now) : click(world.now)])
          world.passTo(world.now)
          for (const [key, condition] of [
            ['pro_plan', pro],
            ['power', power],
            ['returned', returned],
          ] as const) {
            expect(world.state.segments[key]?.member ?? false).toBe(world.isIn(condition))
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
