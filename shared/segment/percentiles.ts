import type { Percentiles } from './person-view.ts'

/** Percentiles go by tenths of a percent: "the top 0.5 %" is a common wish. */
const TENTHS = 1_000

/**
 * The table a `percentile` condition compares with, from all values of a trait: the p-th percentile by nearest rank is
 * the smallest value that at least p % of all values do not exceed. Empty when there are no values.
 */
export function percentilesOf(values: readonly number[]): Percentiles {
  if (values.length === 0) return []
  const sorted = values.toSorted((a, b) => a - b)
  return Array.from({ length: TENTHS + 1 }, (_, tenths) => sorted[rankOf(tenths, sorted.length) - 1] as number)
}

/** Counted from 1. */
export function rankOf(tenths: number, size: number): number {
  return Math.max(1, Math.ceil((tenths * size) / TENTHS))
}

/** The p-th percentile, 0 to 100; undefined while there are no values. */
export function percentileIn(table: Percentiles, p: number): number | undefined {
  return table[Math.round(p * 10)]
}

/** Whether a table has this percentile. */
export function isPercentile(p: number): boolean {
  return Math.round(p * 10) / 10 === p
}
