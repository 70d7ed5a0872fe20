import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../kernel/instant.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { matchesName } from '../../kernel/name-pattern.ts'
import type { Condition } from '../condition.ts'
import { evaluate } from '../evaluate.ts'
import { explain } from '../explain.ts'
import { NOBODY, type PersonView } from '../person-view.ts'

const T0 = Date.UTC(2026, 2, 15)

/** A person to whom things happened at so many milliseconds after T0. */
function personWith(...list: readonly [name: string, after: number, properties?: JsonObject][]): PersonView {
  const events = list
    .map(([name, after, properties = {}], i) => ({ at: T0 + after, id: `m${i}`, name, properties: () => properties }))
    .sort((a, b) => a.at - b.at)
  return { ...NOBODY, known: true, events: (pattern) => events.filter(({ name }) => matchesName(pattern, name)) }
}

type Steps = Extract<Condition, { type: 'sequence' }>['steps']
const member = (steps: Steps, person: PersonView, after: number) =>
  evaluate({ type: 'sequence', steps }, person, T0 + after).member

describe('the ends of a sequence', () => {
  const quickly: Steps = [{ name: 'A' }, { name: 'B', within: '1h' }]
  test('within includes its end, and not the instant of the step before', () => {
    expect(member(quickly, personWith(['A', 0], ['B', HOUR]), DAY)).toBe(true)
    expect(member(quickly, personWith(['A', 0], ['B', HOUR + 1]), DAY)).toBe(false)
    expect(member(quickly, personWith(['A', 0], ['B', 0]), DAY)).toBe(false)
  })

  const abandoned: Steps = [{ name: 'A' }, { name: 'B', within: '1h', negate: true }]
  test('what must not happen has until the end of its time, and is decided then', () => {
    expect(evaluate({ type: 'sequence', steps: abandoned }, personWith(['A', 0]), T0 + MINUTE)).toEqual({
      member: false,
      nextChangeAt: T0 + HOUR,
    })
    expect(member(abandoned, personWith(['A', 0]), HOUR)).toBe(true)
    expect(member(abandoned, personWith(['A', 0], ['B', HOUR]), HOUR)).toBe(false)
    expect(member(abandoned, personWith(['A', 0], ['B', HOUR + 1]), DAY)).toBe(true)
  })

  test('a step after one that must not happen comes after its time', () => {
    const steps: Steps = [...abandoned, { name: 'C', within: '1h' }]
    expect(member(steps, personWith(['A', 0], ['C', 30 * MINUTE]), DAY)).toBe(false)
    expect(member(steps, personWith(['A', 0], ['C', 2 * HOUR]), DAY)).toBe(true)
    expect(member(steps, personWith(['A', 0], ['C', 2 * HOUR + 1]), DAY)).toBe(false)
  })

  test('without a time of its own it must not happen before the next step, or until now', () => {
    const between: Steps = [{ name: 'A' }, { name: 'B', negate: true }, { name: 'C' }]
    expect(member(between, personWith(['A', 0], ['B', 5], ['C', 9]), DAY)).toBe(false)
    expect(member(between, personWith(['A', 0], ['B', 5], ['A', 6], ['C', 9]), DAY)).toBe(true)
    expect(member(between, personWith(['A', 0], ['C', 5], ['B', 9]), DAY)).toBe(true)
    const never: Steps = [{ name: 'A' }, { name: 'B', negate: true }]
    expect(member(never, personWith(['A', 0]), 1)).toBe(true)
    expect(member(never, personWith(['A', 0], ['B', 5]), DAY)).toBe(false)
  })

  test('the window is that of the first step', () => {
    const steps: Steps = [{ name: 'A' }, { name: 'B' }]
    const early: Condition = { type: 'sequence', steps, window: { from: '2026-03-15', to: '2026-03-16' } }
    expect(evaluate(early, personWith(['A', HOUR], ['B', 9 * DAY]), T0 + 9 * DAY).member).toBe(true)
    expect(evaluate(early, personWith(['A', 2 * DAY], ['B', 9 * DAY]), T0 + 9 * DAY).member).toBe(false)
  })
})

describe('a comparison with an earlier step', () => {
  const same: Steps = [
    { name: 'Viewed' },
    { name: 'Bought', where: [{ property: 'sku', op: 'eq', valueFrom: { step: 0, property: 'sku' } }] },
  ]
  test('holds for some choice of events', () => {
    expect(member(same, personWith(['Viewed', 0, { sku: 'a' }], ['Bought', 1, { sku: 'b' }]), DAY)).toBe(false)
    const both = personWith(['Viewed', 0, { sku: 'a' }], ['Viewed', 1, { sku: 'b' }], ['Bought', 2, { sku: 'a' }])
    expect(member(same, both, DAY)).toBe(true)
  })

  test('with what is not there fits nothing, and a negated one everything', () => {
    expect(member(same, personWith(['Viewed', 0], ['Bought', 1]), DAY)).toBe(false)
    const other: Steps = [
      { name: 'Viewed' },
      { name: 'Bought', where: [{ property: 'sku', op: 'neq', valueFrom: { step: 0, property: 'sku' } }] },
    ]
    expect(member(other, personWith(['Viewed', 0], ['Bought', 1]), DAY)).toBe(true)
  })

  test('of numbers reads text that is one', () => {
    const dearer: Steps = [
      { name: 'Bought' },
      { name: 'Bought', where: [{ property: 'total', op: 'gt', valueFrom: { step: 0, property: 'total' } }] },
    ]
    expect(member(dearer, personWith(['Bought', 0, { total: '9' }], ['Bought', 1, { total: 10 }]), DAY)).toBe(true)
    expect(member(dearer, personWith(['Bought', 0, { total: 'x' }], ['Bought', 1, { total: 10 }]), DAY)).toBe(false)
  })

  test('that would hold everything against everything is left unknown, not worked on for minutes', () => {
    const list = Array.from({ length: 3_000 }, (_, i): [string, number, JsonObject] => [
      'A',
      i,
      { p: i % 97, q: `${i}` },
    ])
    const steps: Steps = [
      { name: 'A' },
      { name: 'A', where: [{ property: 'p', op: 'gt', valueFrom: { step: 0, property: 'p' } }] },
      { name: 'A', where: [{ property: 'q', op: 'contains', valueFrom: { step: 1, property: 'q' } }] },
      { name: 'Never', where: [{ property: 'q', op: 'neq', valueFrom: { step: 0, property: 'q' } }] },
    ]
    expect(member(steps, personWith(...list), DAY)).toBe('unknown')
  })

  test('of equality is looked up, so that thousands of events are no problem', () => {
    const list = Array.from({ length: 6_000 }, (_, i): [string, number, JsonObject] => [
      i % 2 === 0 ? 'Viewed' : 'Bought',
      i,
      { sku: `${i}` },
    ])
    expect(member(same, personWith(...list), DAY)).toBe(false)
    expect(member(same, personWith(...list, ['Bought', 7_000, { sku: '0' }]), DAY)).toBe(true)
  })
})

test('an explanation has the events of the way that began last', () => {
  const person = personWith(['A', 0], ['B', 1], ['A', 10], ['B', 11], ['A', 20])
  const steps: Steps = [{ name: 'A' }, { name: 'B' }]
  expect(explain({ type: 'sequence', steps, window: { last: '7d' } }, person, T0 + DAY).evidence).toEqual({
    window: { after: '2026-03-09T00:00:00.000Z', to: '2026-03-16T00:00:00.000Z' },
    events: [
      { id: 'm2', name: 'A', at: '2026-03-15T00:00:00.010Z' },
      { id: 'm3', name: 'B', at: '2026-03-15T00:00:00.011Z' },
    ],
  })
})
