import { type Row, SILVER, type SilverTable } from '../shared/lake/columns.ts'
import type { LakeFile } from '../shared/lake/manifest.ts'
import { KEY_COLUMNS, type Partition, rowKey } from '../shared/lake/split-lines.ts'
import type { LakeObjects } from './lake-objects.ts'
import { readParquet } from './lake-parquet.ts'

/** A file that a manifest names is not there: it was replaced meanwhile, or somebody deleted it by hand. */
export class MissingFile extends Error {
  readonly key: string

  constructor(key: string) {
    super(`${key} is named by a manifest and is not there`)
    this.key = key
  }
}

/** The rows of a file of silver. @throws MissingFile */
export async function readSilver(
  bucket: LakeObjects,
  table: SilverTable,
  file: Pick<LakeFile, 'key'>,
  only?: readonly string[],
): Promise<Row[]> {
  const object = await bucket.get(file.key)
  if (!object) throw new MissingFile(file.key)
  return readParquet(SILVER[table], await object.arrayBuffer(), only)
}

/** Rows of copies that were archived twice are left out the second time: what of a partition is in none of its files. */
export async function unknownRows(
  bucket: LakeObjects,
  { table, rows, repeats }: Partition,
  files: readonly LakeFile[],
): Promise<readonly Row[]> {
  const looked = repeats > 0 ? files : files.filter((file) => file.repeats > 0)
  if (table === 'index' || looked.length === 0) return rows
  const left = new Map(rows.map((row) => [rowKey(table, row), row]))
  for (const file of looked) {
    for (const row of await readSilver(bucket, table, file, KEY_COLUMNS[table])) left.delete(rowKey(table, row))
  }
  return [...left.values()]
}
