import fc from 'fast-check'
import { toIso } from '../kernel/instant.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Condition } from './condition.ts'
import type { EventData, PersonData } from './naive.case.ts'
import { OPERATOR_NAMES, OPERATORS, type Operator } from './operators.ts'
import type { Window } from './window.ts'

/**
 * Random conditions and people in a world of few names and thirty milliseconds, so that windows, ties and equal values
 * meet all the time, and every instant can be tried.
 */
export const BASE = Date.UTC(2026, 2, 15)
/** Nothing in this world changes by time alone after BASE + END. */
export const END = 70

const instant = fc.integer({ min: 0, max: 30 }).map((offset) => BASE + offset)
const isoText = instant.map(toIso)
const durationText = fc.integer({ min: 1, max: 12 }).map((n) => `${n}ms`)
const pattern = fc.constantFrom('A', 'Ab', 'B', 'A*', 'Ab*', '*')

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>('', null, 'a', 'ab', 'AB', '1', '2.5', '1x', '-1e1', ' 2', true, false, 0, 1, 2.5, -10),
  isoText,
)
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 2, arbitrary: isoText },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('k', 'l'), scalar) as fc.Arbitrary<JsonObject> },
)

function operand(op: Operator): fc.Arbitrary<JsonValue | undefined> {
  switch (OPERATORS[op].takes) {
    case 'value':
      return value
    case 'values':
      return fc.array(value, { minLength: 1, maxLength: 3 })
    case 'text':
      return fc.constantFrom('a', 'b', 'B', '1')
    case 'number':
      return fc.constantFrom(0, 1, 2, 2.5, -10)
    case 'numbers':
      return fc.constantFrom<JsonValue>([0, 1], [1, 1], [-20, 2])
    case 'instant':
      return isoText
    case 'duration':
      return durationText
    case 'nothing':
      return fc.constant(undefined)
  }
}

// Dates are what moves with time, so their operators come up more often than their share.
const comparison = fc
  .oneof(fc.constantFrom(...OPERATOR_NAMES), fc.constantFrom<Operator>('within_last', 'within_next'))
  .chain((op) => operand(op).map((value) => (value === undefined ? { op } : { op, value })))

const window: fc.Arbitrary<Window | undefined> = fc.oneof(
  fc.constant(undefined),
  durationText.map((last) => ({ last })),
  fc
    .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 6 }))
    .map(([width, newer]): Window => ({ between: [`${newer + width}ms`, `${newer}ms`] })),
  fc.tuple(instant, instant).map(([a, b]) => ({ from: toIso(Math.min(a, b)), to: toIso(Math.max(a, b)) })),
)

const small = fc.integer({ min: 0, max: 4 })
const count = fc.oneof(
  fc.record({ op: fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte'), value: small }),
  fc.tuple(small, small).map(([a, b]) => ({ op: 'between', value: [Math.min(a, b), Math.max(a, b)] })),
)

const test = fc.tuple(fc.constantFrom('p', 'p', 'q.k'), comparison).map(([property, rest]) => ({ property, ...rest }))

/** Drops fields that are undefined: absent, not undefined, is what JSON has. */
function compact(fields: object): Condition {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as Condition
}

export const eventCondition = fc
  .record({
    type: fc.constant('event'),
    name: pattern,
    window,
    count: fc.option(count, { nil: undefined }),
    where: fc.option(fc.array(test, { maxLength: 2 }), { nil: undefined }),
  })
  .map(compact)

const traitCondition = fc
  .tuple(fc.constantFrom('x', 'y', 'o.k', '__proto__', 'constructor'), comparison)
  .map(([path, rest]) => compact({ type: 'trait', path, ...rest }))

const returnedCondition = fc
  .record({
    type: fc.constant('returned'),
    after: durationText,
    within: durationText,
    name: fc.option(pattern, { nil: undefined }),
  })
  .map(compact)

export const leafCondition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 6, arbitrary: eventCondition },
  { weight: 3, arbitrary: traitCondition },
  { weight: 2, arbitrary: returnedCondition },
  { weight: 1, arbitrary: fc.constant<Condition>({ type: 'everyone' }) },
)

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafCondition,
    fc
      .record({ type: fc.constantFrom('and', 'or'), conditions: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) })
      .map(compact),
    tie('node').map((child): Condition => ({ type: 'not', condition: child })),
  ),
})).node

const properties = fc.record({ p: value, q: value }, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>

const events: fc.Arbitrary<readonly EventData[]> = fc
  .array(fc.record({ at: instant, name: fc.constantFrom('A', 'Ab', 'B'), properties }), { maxLength: 12 })
  .map((list) => list.map((event, i) => ({ ...event, id: `m${i}` })))

export const person: fc.Arbitrary<PersonData> = fc.record({
  traits: fc.dictionary(fc.constantFrom('x', 'y', 'o'), fc.record({ value, at: instant })),
  events,
  // Usually nothing was pruned.
  pruned: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) }),
  saysUpTo: fc.boolean(),
})

export const now = instant
