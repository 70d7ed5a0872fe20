import type { JsonValue } from '../kernel/json.ts'
import type { Operator } from './operators.ts'
import { testOf } from './operators.ts'
import { type Budget, type Signal, stepped, type Timed, type Verdict } from './signal.ts'

/** A value as far as it is known: exactly, or a number between two bounds, or perhaps no value at all. */
export type Estimate =
  | { readonly kind: 'exact'; readonly value: JsonValue | undefined }
  | { readonly kind: 'between'; readonly low: number; readonly high: number; readonly maybeAbsent: boolean }
  | { readonly kind: 'unknown' }

export const UNKNOWN: Estimate = { kind: 'unknown' }

export function exactly(value: JsonValue | undefined): Estimate {
  return { kind: 'exact', value }
}

/** A comparison with a value that changes as time passes. */
export function comparisonSignal(
  estimates: Timed<Estimate>,
  op: Operator,
  operand: JsonValue | undefined,
  budget: Budget,
): Signal {
  const test = testOf(op, operand)
  const periodAt = (t: number) => {
    const estimate = estimates.at(t)
    return estimate.kind === 'exact' ? test(estimate.value) : undefined
  }
  function at(t: number): Verdict {
    const estimate = estimates.at(t)
    if (estimate.kind === 'unknown') return 'unknown'
    if (estimate.kind === 'between') return verdictBetween(estimate, op, operand)
    const period = test(estimate.value)
    return t >= period.from && t < period.until
  }
  function nextPoint(t: number): number {
    const period = periodAt(t)
    const next = estimates.changeAfter(t)
    if (!period) return next
    return Math.min(next, ...[period.from, period.until].filter((edge) => edge > t))
  }
  return stepped(at, nextPoint, budget)
}

function verdictBetween(
  { low, high, maybeAbsent }: Extract<Estimate, { kind: 'between' }>,
  op: Operator,
  operand: JsonValue | undefined,
): Verdict {
  const range = numbersPassing(op, operand)
  if (!range) return 'unknown'
  const every = low >= range.low && high <= range.high
  const none = high < range.low || low > range.high
  if (!every && !none) return 'unknown'
  const present = range.negated ? none : every
  const absent = range.absentPasses
  return maybeAbsent && absent !== present ? 'unknown' : present
}

/** Which numbers pass an operator: those of a closed range, or all others. */
function numbersPassing(op: Operator, operand: JsonValue | undefined) {
  const within = (low: number, high: number, negated = false) => ({ low, high, negated, absentPasses: negated })
  const n = operand as number
  switch (op) {
    case 'gte':
      return within(n, Number.POSITIVE_INFINITY)
    case 'lte':
      return within(Number.NEGATIVE_INFINITY, n)
    case 'gt':
      // All that are not at most n; absent values pass neither.
      return { ...within(Number.NEGATIVE_INFINITY, n, true), absentPasses: false }
    case 'lt':
      return { ...within(n, Number.POSITIVE_INFINITY, true), absentPasses: false }
    case 'between':
      return within(...(operand as unknown as [number, number]))
    case 'eq':
      return typeof operand === 'number' ? within(n, n) : undefined
    case 'neq':
      return typeof operand === 'number' ? within(n, n, true) : undefined
    case 'exists':
      return within(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    case 'not_exists':
      return { ...within(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, true), absentPasses: true }
    default:
      return undefined
  }
}
