import { parquetMetadata } from 'hyparquet'
import { z } from 'zod'
import { HOUR } from '../shared/kernel/instant.ts'
import { SILVER, SILVER_TABLES, type SilverTable } from '../shared/lake/columns.ts'
import { isFileOf, partitionOf, silverKey } from '../shared/lake/lake-key.ts'
import type { Holding } from './handed-round.ts'
import { inPool } from './in-pool.ts'
import { sha256 } from './lake-parquet.ts'
import type { RoundFile } from './sealed-round.ts'

/**
 * Files of silver that a compactor outside of the Worker made. What they are is looked at when they come, and kept with
 * them: whoever commits names them by key, and can say nothing else of them.
 */
export interface FileAbout {
  readonly table: SilverTable
  /** Least and greatest `received_at`: of one hour. */
  readonly from: number
  readonly to: number
  readonly repeats: number
}

/** What one file may be: the Worker reads it as a whole when it merges it or takes somebody out. */
export const FILE_LIMITS = { rows: 50_000, bytes: 8_000_000, unpacked: 40_000_000 } as const

const Metadata = z.object({
  table: z.enum(SILVER_TABLES),
  round: z.coerce.number(),
  rows: z.coerce.number(),
  sha256: z.string(),
  from: z.coerce.number(),
  to: z.coerce.number(),
  schema: z.coerce.number(),
  repeats: z.coerce.number(),
})

/** What is wrong with it; undefined: nothing. */
export function faultOf(bytes: Uint8Array<ArrayBuffer>, { table, from, to }: FileAbout): string | undefined {
  if (Math.floor(from / HOUR) !== Math.floor(to / HOUR) || from > to) return 'from and to are not of one hour'
  let metadata: ReturnType<typeof parquetMetadata>
  try {
    metadata = parquetMetadata(bytes.slice().buffer)
  } catch {
    return 'the file is no Parquet'
  }
  if (metadata.num_rows < 1n || metadata.num_rows > BigInt(FILE_LIMITS.rows))
    return `the file has ${metadata.num_rows} rows, and may have 1 to ${FILE_LIMITS.rows}`
  const columns = metadata.row_groups.flatMap(({ columns }) => columns)
  const unpacked = columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0)
  if (unpacked > FILE_LIMITS.unpacked) return `the file holds more than ${FILE_LIMITS.unpacked} bytes, uncompressed`
  const there = metadata.schema.slice(1).map(({ name }) => name)
  const wanted = SILVER[table].columns.map(({ name }) => name)
  if (there.join() !== wanted.join()) return `the columns are not those of ${table}: ${wanted.join(', ')}`
  return undefined
}

/** Writes one where a manifest could name it. The same bytes are the same file. */
export async function putRoundFile(
  env: Env,
  { open }: Holding,
  bytes: Uint8Array<ArrayBuffer>,
  { table, from, to, repeats }: FileAbout,
): Promise<string> {
  const { workspace, generation } = open.handed
  const hash = sha256(bytes)
  const rows = Number(parquetMetadata(bytes.slice().buffer).num_rows)
  const key = silverKey(table, workspace, from, generation, hash.slice(0, 16))
  const about = { table, round: open.round, rows, sha256: hash, from, to, schema: SILVER[table].schema, repeats }
  await env.LAKE.put(key, bytes, {
    httpMetadata: { contentType: 'application/vnd.apache.parquet' },
    customMetadata: Object.fromEntries(Object.entries(about).map(([name, value]) => [name, String(value)])),
  })
  return key
}

/** R2 takes six connections of one invocation at once. */
const AT_ONCE = 6

/** What was sent in this round; undefined when one of them was not, or is not there any more. */
export async function roundFiles(
  env: Env,
  { open }: Holding,
  keys: readonly string[],
): Promise<readonly RoundFile[] | undefined> {
  const files = new Map<string, RoundFile>()
  await inPool([...new Set(keys)], AT_ONCE, async (key) => {
    const head = isFileOf(open.handed.workspace, key) ? await env.LAKE.head(key) : null
    const about = Metadata.safeParse(head?.customMetadata)
    if (!head || !about.success || about.data.round !== open.round) return
    const { table, round: _, ...rest } = about.data
    files.set(key, { table, ...partitionOf(rest.from), file: { key, bytes: head.size, ...rest } })
  })
  const found = keys.flatMap((key) => files.get(key) ?? [])
  return found.length === keys.length ? found : undefined
}
