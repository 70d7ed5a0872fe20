import { z } from 'zod'
import { SCHEDULES, type SyncConfig, SyncTables } from '../shared/warehouse/sync-config.ts'
import { SYNC_TABLES } from '../shared/warehouse/wanted-tables.ts'

/** A sync as D1 keeps it. */
export interface SyncRow {
  readonly id: string
  readonly workspace: string
  readonly type: string
  readonly name: string
  readonly enabled: number
  readonly tables: string | null
  readonly schedule: string
  readonly settings: string
  readonly sealed: string | null
  readonly version: number
  readonly epoch: number
  readonly created_at: number
  readonly updated_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly rows: number
  readonly generation: number | null
  readonly generation_at: number | null
  readonly error: string | null
  readonly error_at: number | null
  readonly verified: string | null
}

const Schedule = z.enum(SCHEDULES)

export function syncConfigOf(row: SyncRow): SyncConfig {
  const { id, workspace, type, name, sealed, version } = row
  return {
    id,
    workspace,
    type,
    name,
    enabled: row.enabled === 1,
    tables: row.tables === null ? null : SyncTables.parse(JSON.parse(row.tables)),
    schedule: Schedule.parse(row.schedule),
    version,
    // Written from parsed settings, so it is an object.
    settings: JSON.parse(row.settings) as Record<string, unknown>,
    sealed,
  }
}

export function tablesOf({ tables }: Pick<SyncConfig, 'tables'>) {
  return tables ?? SYNC_TABLES
}

export function readSync(env: Env, workspace: string, id: string): Promise<SyncRow | null> {
  return env.DB.prepare('SELECT * FROM syncs WHERE workspace = ? AND id = ?').bind(workspace, id).first<SyncRow>()
}

/** How far a slice is: what it was made of, when it is whole, and the files that are in. */
export interface SliceRow {
  readonly tbl: string
  readonly slice: string
  readonly content: string
  readonly files: readonly string[]
  readonly rows: number
  readonly generation: number
  readonly at: number
}

type SliceColumns = Omit<SliceRow, 'files'> & { readonly files: string }

export async function sliceRow(env: Env, sync: SyncRow, tbl: string, slice: string): Promise<SliceRow | null> {
  const row = await env.DB.prepare(
    'SELECT tbl, slice, content, files, rows, generation, at FROM sync_slices WHERE workspace = ? AND sync = ? AND tbl = ? AND slice = ?',
  )
    .bind(sync.workspace, sync.id, tbl, slice)
    .first<SliceColumns>()
  return row && { ...row, files: JSON.parse(row.files) as string[] }
}

/** What is known of all slices, without their files: content by `table/slice`. */
export async function sliceContents(env: Env, sync: SyncRow): Promise<ReadonlyMap<string, string>> {
  const { results } = await env.DB.prepare(
    'SELECT tbl, slice, content FROM sync_slices WHERE workspace = ? AND sync = ?',
  )
    .bind(sync.workspace, sync.id)
    .all<{ tbl: string; slice: string; content: string }>()
  return new Map(results.map(({ tbl, slice, content }) => [`${tbl}/${slice}`, content]))
}

export async function saveSlice(env: Env, sync: SyncRow, row: SliceRow): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO sync_slices (workspace, sync, tbl, slice, content, files, rows, generation, at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM syncs WHERE workspace = ?1 AND id = ?2 AND epoch = ?10
     ON CONFLICT (workspace, sync, tbl, slice)
     DO UPDATE SET content = ?5, files = ?6, rows = ?7, generation = ?8, at = ?9`,
  )
    .bind(
      sync.workspace,
      sync.id,
      row.tbl,
      row.slice,
      row.content,
      JSON.stringify(row.files),
      row.rows,
      row.generation,
      row.at,
      sync.epoch,
    )
    .run()
}

/** The lake has it no more, and neither has the warehouse. */
export async function dropSlice(env: Env, { workspace, id }: SyncRow, tbl: string, slice: string): Promise<void> {
  await env.DB.prepare('DELETE FROM sync_slices WHERE workspace = ? AND sync = ? AND tbl = ? AND slice = ?')
    .bind(workspace, id, tbl, slice)
    .run()
}

/** Per table: rows in the lake as they were brought over, and when. */
export async function sliceSums(env: Env, workspace: string, sync: string) {
  const { results } = await env.DB.prepare(
    `SELECT tbl, sum(rows) AS rows, count(*) AS slices, max(at) AS at FROM sync_slices
     WHERE workspace = ? AND sync = ? AND content <> '' GROUP BY tbl ORDER BY tbl`,
  )
    .bind(workspace, sync)
    .all<{ tbl: string; rows: number; slices: number; at: number }>()
  return results
}
