import type { Counts } from './warehouse.ts'

/** What a comparison says of one table. */
export interface TableComparison {
  readonly table: string
  /** Rows of the slices that both have, and that are not behind. */
  readonly lake: number
  readonly warehouse: number
  /** Slices that a run has not brought over yet, as the lake has them now. */
  readonly behind: number
  /** Slices that should be the same and are not; at most a hundred are named. */
  readonly differs: readonly { readonly slice: string; readonly lake: number; readonly warehouse: number }[]
  /** The warehouse cannot say how many rows it has. */
  readonly unknown?: true
}

const MOST_NAMED = 100

/** Slices that only the warehouse has are no difference: the lake forgets days that are old enough. */
export function compareCounts(
  table: string,
  lake: Counts,
  warehouse: Counts | 'unknown',
  isBehind: (slice: string) => boolean,
): TableComparison {
  const slices = Object.keys(lake).sort()
  const behind = slices.filter(isBehind)
  if (warehouse === 'unknown')
    return { table, lake: sum(lake, slices), warehouse: 0, behind: behind.length, differs: [], unknown: true }
  const whole = slices.filter((slice) => !isBehind(slice))
  const differs = whole
    .map((slice) => ({ slice, lake: lake[slice] ?? 0, warehouse: warehouse[slice] ?? 0 }))
    .filter((one) => one.lake !== one.warehouse)
  return {
    table,
    lake: sum(lake, whole),
    warehouse: sum(warehouse, whole),
    behind: behind.length,
    differs: differs.slice(0, MOST_NAMED),
  }
}

function sum(counts: Counts, slices: readonly string[]): number {
  return slices.reduce((total, slice) => total + (counts[slice] ?? 0), 0)
}
