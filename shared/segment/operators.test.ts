import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInstant } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import { OPERATOR_NAMES, OPERATORS, type Operator, operandFault, testOf } from './operators.ts'
import { follow } from './path.ts'

const NOW = parseInstant('2026-03-15T12:00:00Z') as number
const passes = (op: Operator, operand: JsonValue | undefined, value: JsonValue | undefined, at = NOW) => {
  const { from, until } = testOf(op, operand)(value)
  return from <= at && at < until
}

/** Values that pass and values that do not, for every operator. */
const table: Record<
  Operator,
  readonly [operand: JsonValue | undefined, pass: readonly unknown[], fail: readonly unknown[]]
> = {
  eq: ['pro', ['pro'], ['Pro', 'pro ', '', null, undefined, ['pro'], 0]],
  neq: ['pro', ['Pro', '', null, undefined, ['pro'], 0], ['pro']],
  in: [
    ['DE', 1, true],
    ['DE', 1, true],
    ['de', '1', 'true', '', null, undefined, ['DE']],
  ],
  not_in: [
    ['DE', 1],
    ['de', '1', null, undefined, ''],
    ['DE', 1],
  ],
  contains: ['engineer', ['software engineer II', 'engineer'], ['Engineer', '', null, undefined, ['engineer'], 7]],
  not_contains: ['engineer', ['Engineer', '', null, undefined, ['engineer'], 7], ['software engineer II']],
  starts_with: ['ab', ['ab', 'abc'], ['Abc', 'xab', null, undefined, ['ab']]],
  ends_with: ['bc', ['bc', 'abc'], ['aBC', 'bcd', null, undefined, ['bc']]],
  exists: [undefined, ['x', 0, false, [], {}, ' '], ['', null, undefined]],
  not_exists: [undefined, ['', null, undefined], ['x', 0, false, [], {}, ' ']],
  gt: [
    9,
    [10, '10', '9.5', '1e1', '+10', '10.'],
    [9, '9', -1, 'ten', '10x', '0x10', ' 10', '', null, undefined, true, [10], 'Infinity', '1e999'],
  ],
  gte: [9, [9, '9', 10], [8.999, '8', 'x', null, undefined]],
  lt: [0, [-1, '-1', '-.5'], [0, '0', '', null, undefined, false, [], '-']],
  lte: [0, [0, '0', '-0', -1], [0.1, '', null, undefined, false]],
  between: [
    [1, 3],
    [1, 2.5, 3, '2'],
    [0.99, 3.01, '', null, undefined, [2]],
  ],
  before: [
    '2000-01-01',
    ['1999-12-31T23:59:59.999Z', '1995-05-05'],
    ['2000-01-01T00:00:00Z', '2001-01-01', 'yesterday', 0, '1995-13-05', null, undefined],
  ],
  after: [
    '2000-01-01',
    ['2000-01-01T00:00:00.001Z', '2000-01-01T00:00:00-01:00'],
    ['2000-01-01', '1999-01-01', 9e12, '2000-02-30', null, undefined],
  ],
  within_last: [
    '1h',
    ['2026-03-15T12:00:00Z', '2026-03-15T11:00:00.001Z'],
    ['2026-03-15T11:00:00Z', '2026-03-15T12:00:00.001Z', NOW, 'x', null, undefined],
  ],
  within_next: [
    '1h',
    ['2026-03-15T12:00:00.001Z', '2026-03-15T13:00:00Z'],
    ['2026-03-15T12:00:00Z', '2026-03-15T13:00:00.001Z', NOW, null, undefined],
  ],
  array_contains: ['a', [['a'], ['b', 'a']], [['A'], [['a']], [], 'a', null, undefined]],
  array_contains_any: [
    ['x', 'vip'],
    [['vip'], ['a', 'x']],
    [['VIP'], [], 'vip', null, undefined],
  ],
  array_contains_all: [['a', 'b'], [['b', 'c', 'a']], [['a'], [], 'ab', null, undefined]],
  array_contains_none: [
    ['a', 'b'],
    [['c'], [], 'a', null, undefined],
    [['c', 'b'], ['a']],
  ],
}

describe.each(OPERATOR_NAMES)('%s', (op) => {
  const [operand, pass, fail] = table[op]
  test('takes the operand of the table', () => expect(operandFault(op, operand)).toBeUndefined())
  test.each(pass.map((value) => [value]))('passes %j', (value) => {
    expect(passes(op, operand, value as JsonValue)).toBe(true)
  })
  test.each(fail.map((value) => [value]))('does not pass %j', (value) => {
    expect(passes(op, operand, value as JsonValue)).toBe(false)
  })
})

test('objects and lists are equal when their JSON is, in any order of keys', () => {
  expect(passes('eq', { a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
  expect(passes('eq', [1, 2], [2, 1])).toBe(false)
  expect(passes('in', [{ a: 1 }], { a: 1 })).toBe(true)
  expect(passes('array_contains', { a: 1 }, [{ a: 1 }])).toBe(true)
})

test('an operator that negates another passes exactly where the other does not', () => {
  const pairs: [Operator, Operator][] = [
    ['eq', 'neq'],
    ['in', 'not_in'],
    ['contains', 'not_contains'],
    ['exists', 'not_exists'],
    ['array_contains_any', 'array_contains_none'],
  ]
  for (const [op, opposite] of pairs) {
    const [operand] = table[op]
    fc.assert(
      fc.property(fc.option(fc.jsonValue(), { nil: undefined }), (value) => {
        expect(passes(opposite, operand, value as JsonValue)).toBe(!passes(op, operand, value as JsonValue))
      }),
      { numRuns: 50 },
    )
  }
})

test('a date within the last 30 days is so for 30 days', () => {
  const signedUp = '2026-02-13T13:00:00.000Z'
  expect(passes('within_last', '30d', signedUp, parseInstant('2026-03-15T12:59:59.999Z'))).toBe(true)
  expect(passes('within_last', '30d', signedUp, parseInstant('2026-03-15T13:00:00Z'))).toBe(false)
})

test.each<[Operator, JsonValue | undefined]>([
  ['eq', undefined],
  ['exists', true],
  ['in', 'DE'],
  ['in', []],
  ['contains', ''],
  ['contains', 1],
  ['gt', '9'],
  ['gt', [1]],
  ['between', [3, 1]],
  ['between', [1]],
  ['between', 1],
  ['before', 'yesterday'],
  ['before', 12],
  ['within_last', '1e9d'],
  ['within_last', '0d'],
  ['within_last', '7 days'],
  ['array_contains_any', 'vip'],
])('%s does not take %j', (op, operand) => {
  expect(operandFault(op, operand)).toEqual(expect.any(String))
})

test('every operator has words for its sentence', () => {
  for (const op of OPERATOR_NAMES) expect(OPERATORS[op].words).not.toBe('')
})

test('a path goes into objects by own properties only', () => {
  const value: JsonValue = { city: 'Berlin', tags: ['a'], deep: { er: 1 } }
  expect(follow(value, ['city'])).toBe('Berlin')
  expect(follow(value, ['deep', 'er'])).toBe(1)
  expect(follow(value, [])).toBe(value)
  for (const keys of [
    ['__proto__'],
    ['constructor', 'name'],
    ['toString'],
    ['tags', '0'],
    ['tags', 'length'],
    ['city', 'length'],
    ['x', 'y'],
  ]) {
    expect(follow(value, keys)).toBeUndefined()
  }
})

test('a long text that is almost a number is judged at once', () => {
  const started = performance.now()
  expect(passes('gt', 1, `${'1'.repeat(200_000)}x`)).toBe(false)
  expect(performance.now() - started).toBeLessThan(200)
})
