import { MissingFile } from '../platform/lake-files.ts'
import { readDay } from '../platform/lake-manifest.ts'
import { readParquet, writeParquet } from '../platform/lake-parquet.ts'
import { isoDay } from '../shared/kernel/instant.ts'
import { GOLD, type GoldTable, type Row, SILVER } from '../shared/lake/columns.ts'
import type { LakeFile, Root } from '../shared/lake/manifest.ts'
import { contentOf, eventFilesOf, goldFilesOf } from '../shared/warehouse/slices.ts'
import { hasSlices, SLICE_COLUMN, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import type { Batch } from '../shared/warehouse/warehouse.ts'

/** The files of a slice as the manifest names them now. */
export async function filesOfSlice(
  bucket: R2Bucket,
  root: Root,
  table: WantedTable,
  slice: string,
): Promise<readonly LakeFile[]> {
  return table.kind === 'grows' ? eventFilesOf(await readDay(bucket, root, slice)) : goldFilesOf(root, table, slice)
}

/** What a slice is made of as far as the root itself says: of a day, the name of its manifest. */
export function markOf(root: Root, table: WantedTable, slice: string): string {
  if (table.kind === 'grows') return root.days[slice]?.key ?? ''
  return `gold:${contentOf(goldFilesOf(root, table, slice))}`
}

/** A file of the lake as a batch, without the people who were erased lately. @throws MissingFile */
export async function batchOf(
  bucket: R2Bucket,
  table: WantedTable,
  slice: string,
  file: LakeFile,
  erased: ReadonlySet<string>,
  names: Pick<Batch, 'id' | 'replacement'>,
): Promise<Batch> {
  const object = await bucket.get(file.key)
  if (!object) throw new MissingFile(file.key)
  const bytes = await object.arrayBuffer()
  const read = await readParquet(lakeTable(table), bytes)
  const kept = erased.size === 0 ? read : read.filter((row) => !isErased(table, row, erased))
  const rows = hasSlices(table) ? kept.map((row) => ({ ...row, [SLICE_COLUMN]: slice })) : kept
  const parquet = () =>
    kept.length === read.length && !hasSlices(table)
      ? new Uint8Array(bytes)
      : writeParquet({ schema: file.schema, columns: table.columns }, rows)
  return { ...names, table, slice, file, rows, parquet }
}

function isErased({ people }: WantedTable, row: Row, erased: ReadonlySet<string>): boolean {
  return people.some((column) => erased.has(String(row[column])))
}

function lakeTable({ name }: WantedTable) {
  return name === 'events' ? SILVER.events : GOLD[name as GoldTable]
}

/** Rows of a table by slice, as the manifest counts them. */
export function rowsInLake(root: Root, table: WantedTable): Readonly<Record<string, number>> {
  if (table.kind === 'grows')
    return Object.fromEntries(
      Object.entries(root.days).flatMap(([day, { tables }]) => (tables.events ? [[day, tables.events.rows]] : [])),
    )
  const counts: Record<string, number> = {}
  for (const { from, rows } of root.gold?.tables[table.name] ?? []) {
    const slice = hasSlices(table) ? isoDay(from) : ''
    counts[slice] = (counts[slice] ?? 0) + rows
  }
  return counts
}
