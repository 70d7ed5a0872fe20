import fc from 'fast-check'
import { toIso } from '../kernel/instant.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { OPERATOR_NAMES, OPERATORS, type Operator } from './operators.ts'
import type { Window } from './window.ts'

/**
 * Random conditions and people in a world of few names and thirty milliseconds, so that windows, ties and equal values
 * meet all the time, and every instant can be tried.
 */
export const BASE = Date.UTC(2026, 2, 15)
/** Nothing in this world changes by time alone after BASE + END. */
export const END = 110

export const instant = fc.integer({ min: 0, max: 30 }).map((offset) => BASE + offset)
export const isoText = instant.map(toIso)
export const durationText = fc.integer({ min: 1, max: 12 }).map((n) => `${n}ms`)
export const pattern = fc.constantFrom('A', 'Ab', 'B', 'A*', 'Ab*', '*')

export const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>('', null, 'a', 'ab', 'AB', '1', '2.5', '1x', '-1e1', ' 2', true, false, 0, 1, 2.5, -10),
  isoText,
)
export const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 2, arbitrary: isoText },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('k', 'l'), scalar) as fc.Arbitrary<JsonObject> },
)

export function operand(op: Operator): fc.Arbitrary<JsonValue | undefined> {
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
export const comparison = fc
  .oneof(fc.constantFrom(...OPERATOR_NAMES), fc.constantFrom<Operator>('within_last', 'within_next'))
  .chain((op) => operand(op).map((value) => (value === undefined ? { op } : { op, value })))

export const window: fc.Arbitrary<Window | undefined> = fc.oneof(
  fc.constant(undefined),
  durationText.map((last) => ({ last })),
  fc
    .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 6 }))
    .map(([width, newer]): Window => ({ between: [`${newer + width}ms`, `${newer}ms`] })),
  fc.tuple(instant, instant).map(([a, b]) => ({ from: toIso(Math.min(a, b)), to: toIso(Math.max(a, b)) })),
)

export const small = fc.integer({ min: 0, max: 4 })
export const count = fc.oneof(
  fc.record({ op: fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte'), value: small }),
  fc.tuple(small, small).map(([a, b]) => ({ op: 'between', value: [Math.min(a, b), Math.max(a, b)] })),
)

export const test = fc
  .tuple(fc.constantFrom('p', 'p', 'q.k'), comparison)
  .map(([property, rest]) => ({ property, ...rest }))
