import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { readCompaction, readLines } from '../platform/lake-bronze.ts'
import { readSilver, unknownRows } from '../platform/lake-files.ts'
import { readDay, readRoot, swapRoot, writeSilver } from '../platform/lake-manifest.ts'
import { CHECK_KIND } from '../platform/quality-check.ts'
import { isHeldTable } from '../platform/quality-gate.ts'
import { HOLD_COLUMNS, type HoldRow, placesIn, reasonsOf } from '../platform/quality-holds.ts'
import { expectationsOf } from '../platform/quality-store.ts'
import { withoutErased } from '../platform/without-erased.ts'
import { defaultSettings, type WorkspaceSettings } from '../shared/config/workspace-config.ts'
import { HOUR } from '../shared/kernel/instant.ts'
import type { BronzePlace } from '../shared/lake/lake-key.ts'
import { partitionOf } from '../shared/lake/lake-key.ts'
import { filesOfHour } from '../shared/lake/manifest.ts'
import { byWorkspace, type PlacedLine, splitLines } from '../shared/lake/split-lines.ts'
import type { Expectation } from '../shared/quality/expectation.ts'
import { lineRow } from '../shared/quality/line-row.ts'
import { expectedOf, hardFailures, resultsOf } from '../shared/quality/result.ts'
import { joinTallies, Tallies, tallyRows } from '../shared/quality/tally.ts'
import { hourOf } from './quality-round.ts'

/**
 * Looks at every hold of silver again, by the expectations as they are now and all rows of the partition, and lets go
 * what passes, and what a person released: its rows are read from bronze once more and join the manifest.
 */
const Cursor = z.object({
  /** Holds up to this one were looked at. */
  after: z.string(),
  hold: z.string().nullable(),
  phase: z.enum(['count', 'promote']),
  at: z.int(),
  tallies: Tallies,
  passed: z.int(),
  held: z.int(),
})
type Cursor = z.infer<typeof Cursor>

const START: Cursor = { after: '', hold: null, phase: 'count', at: 0, tallies: {}, passed: 0, held: 0 }

/** Objects of bronze in one step: each holds what a batch of a consumer had. */
const OBJECTS = 20
const PAUSE_MS = 2_000

export const checkQuality = defineJob({
  kind: CHECK_KIND,
  input: z.object({}),
  cursor: Cursor,
  async step(env, { workspace, cursor, done }, now): Promise<JobStep<Cursor>> {
    const before = cursor ?? START
    const hold = await holdOf(env, workspace, before)
    if (!hold) return { cursor: before, done, total: done, result: told(before), finished: true }
    // Until its round is over the root may still take, or leave out, what it holds.
    if ((await readCompaction(env.LAKE)).value.round < hold.round) return { cursor: before, done, waitMs: PAUSE_MS }
    const here = before.hold === hold.id ? before : { ...before, ...AT_FIRST, hold: hold.id }
    const next = await advance(env, workspace, hold, here, now)
    return { cursor: next, done: done + 1, result: told(next) }
  },
})

const AT_FIRST = { phase: 'count', at: 0, tallies: {} } as const

function told({ passed, held }: Cursor) {
  return { passed, held }
}

async function holdOf(env: Env, workspace: string, { hold, after }: Cursor): Promise<HoldRow | null> {
  return env.DB.prepare(
    `SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ?1 AND border = 'silver'
       AND state IN ('held', 'releasing') AND (id = ?2 OR id > ?3) ORDER BY id LIMIT 1`,
  )
    .bind(workspace, hold, after)
    .first<HoldRow>()
}

async function advance(env: Env, workspace: string, hold: HoldRow, cursor: Cursor, now: number): Promise<Cursor> {
  if (cursor.phase === 'promote') return promote(env, workspace, hold, cursor, now)
  if (hold.state === 'releasing') return { ...cursor, phase: 'promote', at: 0 }
  return count(env, workspace, hold, cursor, now)
}

/** A file of silver, or some objects of bronze, of the partition; after the last one the judgement. */
async function count(env: Env, workspace: string, hold: HoldRow, cursor: Cursor, now: number): Promise<Cursor> {
  const expectations = await expectationsOf(env, workspace)
  const { day, hour } = partitionOf(hold.hour)
  const table = tableOf(hold)
  const { value: root } = await readRoot(env.LAKE, workspace)
  const files = filesOfHour(await readDay(env.LAKE, root, day), table, hour)
  const pages = Math.ceil(placesIn(hold).length / OBJECTS)
  if (cursor.at >= files.length + pages) return judged(env, workspace, hold, cursor, expectations, now)
  const file = files[cursor.at]
  const mine = expectedOf(expectations, 'silver', table)
  if (file) {
    const rows = await readSilver(env.LAKE, table, file)
    return { ...cursor, at: cursor.at + 1, tallies: joined(cursor, tallyRows(table, rows, mine)) }
  }
  const { lines, partitions } = await waiting(env, workspace, hold, cursor.at - files.length, now)
  const rows = partitions.flatMap((partition) => partition.rows)
  const arrived = tallyRows(
    'lines',
    lines.map(({ line }) => lineRow(line)),
    expectedOf(expectations, 'bronze', 'lines'),
  )
  return { ...cursor, at: cursor.at + 1, tallies: joined(cursor, joinTallies(tallyRows(table, rows, mine), arrived)) }
}

function joined({ tallies }: Cursor, more: ReturnType<typeof tallyRows>): Cursor['tallies'] {
  return joinTallies(tallies, more) as Cursor['tallies']
}

async function judged(
  env: Env,
  workspace: string,
  hold: HoldRow,
  cursor: Cursor,
  all: readonly Expectation[],
  now: number,
): Promise<Cursor> {
  const table = tableOf(hold)
  const expectations = [
    ...expectedOf(all, 'silver', table),
    ...(table === 'events' ? expectedOf(all, 'bronze', 'lines') : []),
  ]
  const failures = hardFailures(resultsOf(expectations, cursor.tallies, { now }))
  if (failures.length === 0) return { ...cursor, phase: 'promote', at: 0 }
  await env.DB.prepare('UPDATE quality_holds SET reasons = ?, updated_at = ? WHERE workspace = ? AND id = ?')
    .bind(JSON.stringify(reasonsOf(failures)), now, workspace, hold.id)
    .run()
  return { ...cursor, ...AT_FIRST, after: hold.id, hold: null, held: cursor.held + 1 }
}

/** Some objects' rows into the manifest; after the last ones the hold is over, unless more came to it meanwhile. */
async function promote(env: Env, workspace: string, hold: HoldRow, cursor: Cursor, now: number): Promise<Cursor> {
  const pages = Math.ceil(placesIn(hold).length / OBJECTS)
  if (cursor.at >= pages) {
    const ended = await env.DB.prepare(
      `UPDATE quality_holds SET state = iif(state = 'releasing', 'released', 'passed'), objects = '[]', rows = 0,
         version = version + 1, updated_at = ? WHERE workspace = ? AND id = ? AND version = ?`,
    )
      .bind(now, workspace, hold.id, hold.version)
      .run()
    // Somebody added to it: from the beginning, which adds nothing twice.
    if (ended.meta.changes === 0) return { ...cursor, ...AT_FIRST }
    return { ...cursor, ...AT_FIRST, after: hold.id, hold: null, passed: cursor.passed + 1 }
  }
  // Read first: whoever is erased meanwhile changes the root, and what was read of bronze before is not taken.
  const { value: root } = await readRoot(env.LAKE, workspace)
  const { partitions } = await waiting(env, workspace, hold, cursor.at, now)
  for (const partition of partitions) {
    const { table, day, hour, rows } = partition
    const files = filesOfHour(await readDay(env.LAKE, root, day), table, hour)
    const unknown = await unknownRows(env.LAKE, { ...partition, repeats: rows.length }, files)
    if (unknown.length === 0) continue
    const options = { generation: root.generation + 1, repeats: partition.repeats }
    const file = await writeSilver(env.LAKE, workspace, table, unknown, options)
    const change = { table, day, hour, add: [file], remove: [] }
    const isIn = await swapRoot(env.LAKE, workspace, [change], now, ({ generation }) =>
      generation === root.generation ? {} : undefined,
    )
    if (!isIn) return cursor
  }
  return { ...cursor, at: cursor.at + 1 }
}

/** What waits in one page of a hold's objects, as bronze has it now. */
async function waiting(env: Env, workspace: string, hold: HoldRow, page: number, now: number) {
  const places: readonly BronzePlace[] = placesIn(hold).slice(page * OBJECTS, (page + 1) * OBJECTS)
  const settings = await settingsOf(env, workspace)
  const theirs = byWorkspace(await readLines(env.LAKE, places)).get(workspace) ?? []
  const ofHour = theirs.filter((one) => isIn(one, hold.hour))
  const lines = await withoutErased(env, workspace, ofHour, settings.identity.defaultCountry, now)
  const partitions = splitLines(lines, { settings, keyOf: null }).filter(
    (partition) => partition.table === hold.tbl && hourOf(partition) === hold.hour,
  )
  return { lines, partitions }
}

function isIn({ line }: PlacedLine, hour: number): boolean {
  const at = Number(line['receivedAt'])
  return at >= hour && at < hour + HOUR
}

function tableOf({ id, tbl }: HoldRow) {
  if (!isHeldTable(tbl)) throw new Error(`${id} holds ${tbl}, which is no table of silver`)
  return tbl
}

async function settingsOf(env: Env, workspace: string): Promise<WorkspaceSettings> {
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unreadable') throw new Error(`the settings of ${workspace} cannot be read`)
  return config === 'unknown' ? defaultSettings : config.settings
}
