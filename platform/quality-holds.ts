import { z } from 'zod'
import { type BronzePlace, bronzeKey, STREAMS } from '../shared/lake/lake-key.ts'
import type { Border, QualityTable } from '../shared/quality/expectation.ts'
import type { QualityResult } from '../shared/quality/result.ts'
import { log } from './log.ts'

/**
 * Data that may not go further. Of silver a hold names the objects of bronze whose rows wait; nothing is kept twice, so
 * whoever is erased meanwhile is not let in later.
 *
 *   held ──checked again, and it holds──► passed          held ──a person──► releasing ──► released
 *   held ──older than silver is kept──► expired
 */
export const HOLD_STATES = ['held', 'releasing', 'released', 'passed', 'expired'] as const
export type HoldState = (typeof HOLD_STATES)[number]

export interface HoldRow {
  readonly id: string
  readonly border: Border
  readonly tbl: QualityTable
  readonly hour: number
  readonly state: HoldState
  readonly objects: string
  readonly rows: number
  readonly reasons: string
  readonly round: number
  readonly released_by: string | null
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export const HOLD_COLUMNS =
  'id, border, tbl, hour, state, objects, rows, reasons, round, released_by, version, created_at, updated_at'

/** Why it is held. */
export const HoldReason = z.object({
  expectation: z.string(),
  measured: z.number().nullable(),
  expected: z.string(),
})
export type HoldReason = z.infer<typeof HoldReason>

export function reasonsOf(failures: readonly QualityResult[]): readonly HoldReason[] {
  return failures.map(({ expectation, measured, expected }) => ({ expectation, measured, expected }))
}

const Objects = z.array(z.tuple([z.enum(STREAMS), z.int(), z.string()]))

export function placesIn(row: Pick<HoldRow, 'objects'>): readonly BronzePlace[] {
  return Objects.parse(JSON.parse(row.objects)).map(([stream, hour, name]) => ({ stream, hour, name }))
}

export function objectsText(places: readonly BronzePlace[]): string {
  const texts = new Set(places.map(({ stream, hour, name }) => JSON.stringify([stream, hour, name])))
  return `[${[...texts].sort().join()}]`
}

export function holdId(border: Border, table: QualityTable, hour: number): string {
  return `hold_${border}_${table}${hour === 0 ? '' : `_${hour}`}`
}

export async function holdRow(env: Env, workspace: string, id: string): Promise<HoldRow | null> {
  return env.DB.prepare(`SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<HoldRow>()
}

/** Of some hours, in any state. */
export async function holdsBetween(env: Env, workspace: string, from: number, to: number): Promise<readonly HoldRow[]> {
  const { results } = await env.DB.prepare(
    `SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ? AND border = 'silver' AND hour BETWEEN ? AND ?`,
  )
    .bind(workspace, from, to)
    .all<HoldRow>()
  return results
}

/**
 * Objects of bronze whose rows wait, of hours before `before`, each with the hours whose rows of it do; of a workspace, or of
 * all. As long as they wait nothing else has them.
 */
export async function heldObjects(
  env: Env,
  before: number,
  workspace: string | null = null,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const { results } = await env.DB.prepare(
    `SELECT hour, objects FROM quality_holds WHERE border = 'silver' AND state IN ('held', 'releasing') AND hour < ?1
       AND (?2 IS NULL OR workspace = ?2)`,
  )
    .bind(before, workspace)
    .all<Pick<HoldRow, 'hour' | 'objects'>>()
  const held = new Map<string, Set<number>>()
  for (const row of results)
    for (const { stream, hour, name } of placesIn(row)) {
      const key = bronzeKey(stream, hour, name)
      held.set(key, (held.get(key) ?? new Set()).add(row.hour))
    }
  return held
}

/** Hours of which something was let go, or given up, since: what of their bronze is too old may go now. */
export async function endedHolds(env: Env, workspace: string, since: number): Promise<readonly number[]> {
  const { results } = await env.DB.prepare(
    `SELECT DISTINCT hour FROM quality_holds WHERE workspace = ? AND border = 'silver'
       AND state IN ('passed', 'released', 'expired') AND updated_at >= ?`,
  )
    .bind(workspace, since)
    .all<Pick<HoldRow, 'hour'>>()
  return results.map(({ hour }) => hour)
}

/** Rows that silver would not keep any longer are not waited for: the hold says so, and how many they were. */
export async function expireHolds(env: Env, workspace: string, before: number, now: number): Promise<void> {
  const { results } = await env.DB.prepare(
    `UPDATE quality_holds SET state = 'expired', objects = '[]', version = version + 1, updated_at = ?1
     WHERE workspace = ?2 AND border = 'silver' AND state IN ('held', 'releasing') AND hour < ?3 RETURNING id, rows`,
  )
    .bind(now, workspace, before)
    .all<Pick<HoldRow, 'id' | 'rows'>>()
  for (const { id, rows } of results)
    log.error('held rows were given up: nobody let them go while silver is kept', {
      workspace_id: workspace,
      hold: id,
      rows,
    })
}

export interface NewHold {
  readonly border: Border
  readonly table: QualityTable
  readonly hour: number
  readonly places: readonly BronzePlace[]
  readonly rows: number
  readonly reasons: readonly HoldReason[]
  readonly round: number
}

/** A hold, or more of one. `before`: as it was read; what was let go of it is not held again. */
export function holdStatement(
  env: Env,
  workspace: string,
  hold: NewHold,
  before: HoldRow | undefined,
  now: number,
): D1PreparedStatement {
  const { border, table, hour, places, rows, reasons, round } = hold
  const isMore = before !== undefined && before.state !== 'passed'
  const objects = objectsText([...(isMore ? placesIn(before) : []), ...places])
  // The same round again holds the same rows.
  const count = isMore ? before.rows + (before.round === round ? 0 : rows) : rows
  return env.DB.prepare(
    `INSERT INTO quality_holds (workspace, id, border, tbl, hour, state, objects, rows, reasons, round, created_at, updated_at)
     VALUES (?1, ?2, ?3, ?4, ?5, 'held', ?6, ?7, ?8, ?9, ?10, ?10)
     ON CONFLICT (workspace, id) DO UPDATE SET state = 'held', objects = ?6, rows = ?7, reasons = ?8, round = ?9,
       released_by = NULL, version = version + 1, updated_at = ?10
     WHERE version = ?11`,
  ).bind(
    workspace,
    holdId(border, table, hour),
    border,
    table,
    hour,
    objects,
    count,
    JSON.stringify(reasons),
    round,
    now,
    before?.version ?? 0,
  )
}
