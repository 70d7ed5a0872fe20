import { readFileSync } from 'node:fs'
import { readParquet } from '../../platform/lake-parquet.ts'
import type { Row, Table } from '../../shared/lake/columns.ts'

/** The rows of files on disk as values. */
export async function parquetRows(table: Table, paths: readonly string[], only?: readonly string[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const path of paths) {
    for (const row of await readParquet(table, new Uint8Array(readFileSync(path)).buffer, only)) rows.push(row)
  }
  return rows
}
