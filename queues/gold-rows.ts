import { readSilver } from '../platform/lake-files.ts'
import { readDay, readRoot } from '../platform/lake-manifest.ts'
import type { Row, SilverTable } from '../shared/lake/columns.ts'
import { filesOf, type Root } from '../shared/lake/manifest.ts'
import { type Owners, ownersOf } from '../shared/lake/owners.ts'

/** The owners of all leaves, as far as silver knows of merges. */
export async function ownersIn(env: Env, workspace: string): Promise<Owners> {
  const root = (await readRoot(env.LAKE, workspace)).value
  return ownersOf(await silverRows(env, root, 'changes', undefined, () => true))
}

/** Rows of a table of silver, read file by file; `only`: of this day. */
export async function silverRows(
  env: Env,
  root: Root,
  table: SilverTable,
  columns: readonly string[] | undefined,
  wanted: (row: Row) => boolean,
  only?: string,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const day of only === undefined ? Object.keys(root.days).sort() : [only]) {
    if (!root.days[day]?.tables[table]) continue
    for (const file of filesOf(await readDay(env.LAKE, root, day), table))
      for (const row of await readSilver(env.LAKE, table, file, columns)) if (wanted(row)) rows.push(row)
  }
  return rows
}

/** The owners that a build of gold has written down as `merges`: they stay the same until it is swapped. */
export function mergedOwners(rows: readonly Row[]): Pick<Owners, 'of'> {
  return {
    of: new Map(
      rows.map((row) => [String(row['leaf']), { profile: String(row['canonical_id']), at: Number(row['at']) }]),
    ),
  }
}
