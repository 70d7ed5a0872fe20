import { inPool } from '../../platform/in-pool.ts'
import { readTagged } from '../../platform/lake-json.ts'
import { readParquet, sha256 } from '../../platform/lake-parquet.ts'
import type { LakeManifest } from '../../shared/contract/read-lake-manifest.ts'
import { GOLD, type GoldTable, type Row, SILVER, SILVER_TABLES, type SilverTable } from '../../shared/lake/columns.ts'
import { DayManifest, type LakeFile } from '../../shared/lake/manifest.ts'
import type { LakeSource } from './lake-source.ts'

/** A file that is named, with where it belongs. */
export interface PlacedFile {
  readonly layer: 'silver' | 'gold'
  readonly table: string
  readonly day: string
  readonly hour: string
  readonly file: LakeFile
}

export interface BrokenFile {
  readonly key: string
  readonly problem: string
  /** Rows that stood in it, of which table and hour; of a day's manifest, of the whole day. */
  readonly place?: PlacedFile
  readonly day?: string
}

const AT_ONCE = 6

/** The files of the days asked for, and of gold; days whose manifest is gone are told apart. */
export async function namedFiles(source: LakeSource, { root }: LakeManifest, isAsked: (day: string) => boolean) {
  const files: PlacedFile[] = []
  const broken: BrokenFile[] = []
  for (const [day, { key }] of Object.entries(root.days).sort()) {
    if (!isAsked(day)) continue
    const read = await readTagged(source, key, DayManifest).catch((error: unknown) => String(error))
    if (read === null || typeof read === 'string') {
      broken.push({ key, day, problem: read === null ? `is missing: nothing of ${day} can be found` : read })
      continue
    }
    for (const table of SILVER_TABLES)
      for (const [hour, some] of Object.entries(read.value.tables[table] ?? {}))
        files.push(...some.map((file): PlacedFile => ({ layer: 'silver', table, day, hour, file })))
  }
  for (const [table, some] of Object.entries(root.gold?.tables ?? {}))
    files.push(...some.map((file): PlacedFile => ({ layer: 'gold', table, day: '', hour: '', file })))
  return { files, broken }
}

/**
 * Reads every file, from the server and not from the cache, and compares it with what the manifest says of it. What can
 * be read of silver is handed on.
 */
export async function checkFiles(
  source: LakeSource,
  files: readonly PlacedFile[],
  onRows: (place: PlacedFile, rows: readonly Row[]) => void,
  onFile: (done: number, total: number) => void,
): Promise<readonly BrokenFile[]> {
  const broken: BrokenFile[] = []
  let done = 0
  await inPool(files, AT_ONCE, async (place) => {
    const { file, layer, table, hour, day } = place
    const where = layer === 'gold' ? `rows of gold ${table}` : `rows of ${table}, ${day} ${hour}h`
    const object = await source.get(file.key)
    const body = object && new Uint8Array(await object.arrayBuffer())
    if (!body) broken.push({ key: file.key, place, problem: `is missing: ${file.rows} ${where}` })
    else {
      if (sha256(body) !== file.sha256)
        broken.push({
          key: file.key,
          place,
          problem: `was altered: it is not what was written (${file.rows} ${where})`,
        })
      const columns = layer === 'gold' ? GOLD[table as GoldTable] : SILVER[table as SilverTable]
      const rows = await readParquet(columns, body.buffer).catch(() => undefined)
      if (!rows) broken.push({ key: file.key, place, problem: `cannot be read: ${file.rows} ${where}` })
      else {
        if (rows.length !== file.rows)
          broken.push({ key: file.key, place, problem: `has ${rows.length} rows, and ${file.rows} were written` })
        onRows(place, rows)
      }
    }
    onFile(++done, files.length)
  })
  return broken
}
