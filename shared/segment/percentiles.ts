import type { Percentiles } from './person-view.ts'

/**
 * The table a `percentile` condition compares with, from all values of a trait: the p-th of a hundred by nearest rank is
 * the smallest value that at least p % of all values do not exceed. Empty when there are no values.
 */
export function percentilesOf(values: readonly number[]): Percentiles {
  if (values.length === 0) return []
  const sorted = values.toSorted((a, b) => a - b)
  return Array.from({ length: 101 }, (_, p) => sorted[rankOf(p, sorted.length) - 1] as number)
}

/** Counted from 1. */
export function rankOf(p: number, size: number): number {
  return Math.max(1, Math.ceil((p * size) / 100))
}
