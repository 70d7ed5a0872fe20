import { isObject, type JsonValue, own } from '../kernel/json.ts'
import type { Row } from '../lake/columns.ts'
import { compilePattern, matchesPattern } from '../tracking-plan/pattern.ts'
import { type Expectation, paramsOf, type Ratio } from './expectation.ts'

/** Steps that matching one value may take. */
const MOST_STEPS = 20_000
const MOST_CHARS = 2_000

/**
 * Which rows break an expectation; of a ratio, which rows count. A value that is not there breaks only `not_null`: what
 * must be there is said by an expectation of its own.
 */
export function breaks(expectation: Expectation): (row: Row) => boolean {
  const { kind, column } = expectation
  const value = (row: Row) => (column === null ? null : valueIn(row, column))
  const given = (test: (one: JsonValue) => boolean) => (row: Row) => {
    const one = value(row)
    return one !== null && test(one)
  }
  switch (kind) {
    case 'not_null':
      return (row) => value(row) === null
    case 'range': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = paramsOf('range', expectation)
      return given((one) => typeof one !== 'number' || one < min || one > max)
    }
    case 'set': {
      const values = new Set<JsonValue>(paramsOf('set', expectation).values)
      return given((one) => !values.has(one))
    }
    case 'pattern':
      return given(unlike(paramsOf('pattern', expectation).pattern))
    case 'ratio': {
      const { of, values = [] } = paramsOf('ratio', expectation)
      if (of !== 'values') return (row) => isOf(of, row)
      const meant = new Set<JsonValue>(values)
      return given((one) => meant.has(one))
    }
    case 'unique':
    case 'referential':
    case 'freshness':
    case 'volume':
      return () => false
  }
}

function unlike(source: string): (value: JsonValue) => boolean {
  const pattern = compilePattern(source)
  if (!pattern.ok) return () => false
  return (value) => {
    let steps = 0
    const spend = (more: number) => (steps += more) <= MOST_STEPS
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return text.length > MOST_CHARS || !matchesPattern(pattern.value, text, spend)
  }
}

function isOf(of: Exclude<Ratio, 'values'>, row: Row): boolean {
  switch (of) {
    case 'late':
      return row['late'] === true
    case 'refused_links':
      return row['refused_links'] === true
    default:
      return row['outcome'] === of
  }
}

/** `plan` of a column, `properties.total` inside of one. Null: it is not there. */
export function valueIn(row: Row, column: string): JsonValue {
  const [name = '', ...path] = column.split('.')
  let value: JsonValue | undefined = row[name]
  // A key that has dots itself is found whole.
  const whole = path.join('.')
  if (whole !== '' && isObject(value) && own(value, whole) !== undefined) return own(value, whole) as JsonValue
  for (const key of path) value = isObject(value) ? own(value, key) : undefined
  return value ?? null
}

/** What a row is known by in a column; of events the source belongs to it. */
export function keyIn(row: Row, column: string): string | undefined {
  const value = valueIn(row, column)
  if (value === null) return undefined
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return column === 'message_id' ? `${row['source']}\u0000${text}` : text
}
