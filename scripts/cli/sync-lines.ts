import type { SyncDocument } from '../../shared/contract/sync-document.ts'

type Comparison = NonNullable<SyncDocument['status']['verified']>

/** A sync in one line: `Warehouse (postgres, syn_…): idle, 12 s behind, 10,000 rows at 2026-11-21T12:00:00Z`. */
export function syncLine({ name, type, id, status }: SyncDocument): string {
  const { state, lagSeconds, lastRun, lastError } = status
  const parts = [
    state,
    lagSeconds === null ? 'never run' : `${lagSeconds} s behind`,
    ...(lastRun ? [`${lastRun.rows} rows at ${lastRun.startedAt}`] : []),
    // An error that a run got over since is history.
    ...(lastError && state === 'failing' ? [lastError.reason] : []),
  ]
  return `${name} (${type}, ${id}): ${parts.join(', ')}`
}

/** What a comparison found, a line per table and one per slice that differs. */
export function comparisonLines({ tables }: Comparison): readonly string[] {
  return tables.flatMap(({ table, lake, warehouse, behind, differs, unknown }) => [
    `${table}: ${unknown ? `lake ${lake}, the warehouse cannot count` : `lake ${lake}, warehouse ${warehouse}`}${behind > 0 ? `, ${behind} not brought over yet` : ''}`,
    ...differs.map((one) => `  ${one.slice || 'all'}: lake ${one.lake}, warehouse ${one.warehouse}`),
  ])
}
