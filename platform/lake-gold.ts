import { GOLD, type GoldTable, type Row } from '../shared/lake/columns.ts'
import { goldKey } from '../shared/lake/lake-key.ts'
import type { LakeFile } from '../shared/lake/manifest.ts'
import { MissingFile } from './lake-files.ts'
import { readParquet, sha256, writeParquet } from './lake-parquet.ts'

/** Files of gold. `day`: start of the day of arrival they are about, epoch milliseconds; 0 of tables without days. */
export async function writeGold(
  bucket: R2Bucket,
  workspace: string,
  table: GoldTable,
  rows: readonly Row[],
  options: { readonly generation: number; readonly day?: number },
): Promise<readonly LakeFile[]> {
  if (rows.length === 0) return []
  const bytes = writeParquet(GOLD[table], rows)
  const hash = sha256(bytes)
  const { generation, day = 0 } = options
  const key = goldKey(table, workspace, generation, `${day === 0 ? '' : `${day}-`}${hash.slice(0, 16)}`)
  await bucket.put(key, bytes, { httpMetadata: { contentType: 'application/vnd.apache.parquet' } })
  const { schema } = GOLD[table]
  return [{ key, rows: rows.length, bytes: bytes.byteLength, sha256: hash, from: day, to: day, schema, repeats: 0 }]
}

/** @throws MissingFile */
export async function readGold(bucket: R2Bucket, table: GoldTable, files: readonly LakeFile[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const { key } of files) {
    const object = await bucket.get(key)
    if (!object) throw new MissingFile(key)
    for (const row of await readParquet(GOLD[table], await object.arrayBuffer())) rows.push(row)
  }
  return rows
}
