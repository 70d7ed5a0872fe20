import { canonicalJson } from '../kernel/canonical-json.ts'
import { parseInstant } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import { durationMs } from './duration.ts'
import { ALWAYS, NEVER, type Period } from './period.ts'

/**
 * The operators on traits and properties, one row each: what operand it takes, and when a value passes.
 *
 * - Equality is exact and case-sensitive; objects are equal when their JSON is, in any order of keys.
 * - An empty string and `null` count as absent. Nothing absent passes, except an operator that negates another:
 *   that is exactly its opposite, so `neq` passes where the value is missing.
 * - A comparison reads a numeric string as a number; what is no number, or no date, passes none.
 * - A date is ISO 8601 text. `within_last` is after now − d up to now, `within_next` after now up to now + d.
 */
export type Test = (value: JsonValue | undefined) => Period

/** What may stand in `value`. */
export type Operand = 'value' | 'values' | 'text' | 'number' | 'numbers' | 'instant' | 'duration' | 'nothing'

export interface OperatorRow {
  readonly takes: Operand
  /** Between the name of the value and the operand in a sentence. */
  readonly words: string
  /** Compiles the test for a checked operand. Only ever given values that are present. */
  readonly test: (operand: JsonValue) => (value: JsonValue) => boolean | Period
  /** This row passes exactly where the row with the same test would not. */
  readonly negates?: true
}

export const OPERATORS = {
  eq: { takes: 'value', words: 'is', test: equals },
  neq: { takes: 'value', words: 'is not', test: equals, negates: true },
  in: { takes: 'values', words: 'is one of', test: isOneOf },
  not_in: { takes: 'values', words: 'is none of', test: isOneOf, negates: true },
  contains: { takes: 'text', words: 'contains', test: onText((text, part) => text.includes(part)) },
  not_contains: {
    takes: 'text',
    words: 'does not contain',
    test: onText((text, part) => text.includes(part)),
    negates: true,
  },
  starts_with: { takes: 'text', words: 'starts with', test: onText((text, part) => text.startsWith(part)) },
  ends_with: { takes: 'text', words: 'ends with', test: onText((text, part) => text.endsWith(part)) },
  exists: { takes: 'nothing', words: 'exists', test: () => () => true },
  not_exists: { takes: 'nothing', words: 'does not exist', test: () => () => true, negates: true },
  gt: { takes: 'number', words: 'is greater than', test: onNumber((n, than) => n > than) },
  gte: { takes: 'number', words: 'is at least', test: onNumber((n, than) => n >= than) },
  lt: { takes: 'number', words: 'is less than', test: onNumber((n, than) => n < than) },
  lte: { takes: 'number', words: 'is at most', test: onNumber((n, than) => n <= than) },
  between: { takes: 'numbers', words: 'is between', test: isBetween },
  before: { takes: 'instant', words: 'is before', test: onDate((at, than) => at < than) },
  after: { takes: 'instant', words: 'is after', test: onDate((at, than) => at > than) },
  within_last: { takes: 'duration', words: 'is within the last', test: isWithinLast },
  within_next: { takes: 'duration', words: 'is within the next', test: isWithinNext },
  array_contains: { takes: 'value', words: 'has the element', test: (operand) => onArray('some', [operand]) },
  array_contains_any: { takes: 'values', words: 'has any of', test: (o) => onArray('some', listOf(o)) },
  array_contains_all: { takes: 'values', words: 'has all of', test: (o) => onArray('every', listOf(o)) },
  array_contains_none: {
    takes: 'values',
    words: 'has none of',
    test: (o) => onArray('some', listOf(o)),
    negates: true,
  },
} as const satisfies Record<string, OperatorRow>

export type Operator = keyof typeof OPERATORS
/** In the order of the table; zod wants a tuple that is not empty, which the table proves. */
export const OPERATOR_NAMES = Object.keys(OPERATORS) as [Operator, ...Operator[]]

/** The test of an operator with its operand, compiled once, to be asked of many values. */
export function testOf(op: Operator, operand: JsonValue | undefined): Test {
  const row: OperatorRow = OPERATORS[op]
  const test = row.test(operand ?? null)
  return (value) => {
    const passes = isAbsent(value) ? false : test(value)
    if (typeof passes !== 'boolean') return passes
    return passes !== (row.negates === true) ? ALWAYS : NEVER
  }
}

export function isAbsent(value: JsonValue | undefined): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

const MOST_VALUES = 1_000

/** What is wrong with an operand, in words, or undefined. */
export function operandFault(op: Operator, operand: JsonValue | undefined): string | undefined {
  const { takes } = OPERATORS[op]
  if (takes === 'nothing') return operand === undefined ? undefined : `${op} takes no value`
  if (operand === undefined) return `${op} needs a value`
  switch (takes) {
    case 'value':
      return undefined
    case 'values':
      if (!Array.isArray(operand) || operand.length === 0) return 'must be a list with at least one value'
      return operand.length > MOST_VALUES ? `must not have more than ${MOST_VALUES} values` : undefined
    case 'text':
      return typeof operand === 'string' && operand !== '' ? undefined : 'must be text that is not empty'
    case 'number':
      return typeof operand === 'number' ? undefined : 'must be a number'
    case 'numbers':
      return rangeFault(operand)
    case 'instant':
      return parseInstant(operand) === undefined ? 'must be a date in ISO 8601, such as "2026-03-15"' : undefined
    case 'duration':
      return durationMs(operand) ? undefined : 'must be a duration longer than zero, such as "24h" or "7d"'
  }
}

/** What is wrong with `[low, high]`, in words, or undefined. */
export function rangeFault(range: JsonValue): string | undefined {
  if (!Array.isArray(range) || range.length !== 2 || !range.every((end) => typeof end === 'number')) {
    return 'must be a list of two numbers, the lower one first'
  }
  return (range[0] as number) > (range[1] as number) ? 'the lower number must come first' : undefined
}

function equals(operand: JsonValue): (value: JsonValue) => boolean {
  if (typeof operand !== 'object' || operand === null) return (value) => value === operand
  const text = canonicalJson(operand)
  return (value) => typeof value === 'object' && canonicalJson(value) === text
}

function isOneOf(operand: JsonValue): (value: JsonValue) => boolean {
  const tests = listOf(operand).map(equals)
  return (value) => tests.some((equal) => equal(value))
}

function onText(passes: (text: string, operand: string) => boolean): OperatorRow['test'] {
  return (operand) => (value) => typeof value === 'string' && passes(value, operand as string)
}

function onNumber(passes: (n: number, operand: number) => boolean): OperatorRow['test'] {
  return (operand) => (value) => {
    const n = numberOf(value)
    return n !== undefined && passes(n, operand as number)
  }
}

function isBetween(operand: JsonValue): (value: JsonValue) => boolean {
  const [low, high] = operand as readonly [number, number]
  return (value) => {
    const n = numberOf(value)
    return n !== undefined && n >= low && n <= high
  }
}

function onDate(passes: (at: number, operand: number) => boolean): OperatorRow['test'] {
  return (operand) => {
    const than = parseInstant(operand) as number
    return (value) => {
      const at = parseInstant(value)
      return at !== undefined && passes(at, than)
    }
  }
}

function isWithinLast(operand: JsonValue): (value: JsonValue) => Period | false {
  const ms = durationMs(operand) as number
  return (value) => {
    const at = parseInstant(value)
    return at === undefined ? false : { from: at, until: at + ms }
  }
}

function isWithinNext(operand: JsonValue): (value: JsonValue) => Period | false {
  const ms = durationMs(operand) as number
  return (value) => {
    const at = parseInstant(value)
    return at === undefined ? false : { from: at - ms, until: at }
  }
}

function onArray(how: 'some' | 'every', wanted: readonly JsonValue[]): (value: JsonValue) => boolean {
  const tests = wanted.map(equals)
  return (value) => Array.isArray(value) && tests[how]((equal) => value.some(equal))
}

function listOf(operand: JsonValue): readonly JsonValue[] {
  return operand as readonly JsonValue[]
}

const NUMERIC = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** A number, or text that is one through and through; undefined for everything else, infinity included. */
export function numberOf(value: JsonValue): number | undefined {
  const n = typeof value === 'number' ? value : typeof value === 'string' && NUMERIC.test(value) ? Number(value) : NaN
  return Number.isFinite(n) ? n : undefined
}
