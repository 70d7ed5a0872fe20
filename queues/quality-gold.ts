import { readGold } from '../platform/lake-gold.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { HOLD_COLUMNS, type HoldRow, holdStatement, reasonsOf } from '../platform/quality-holds.ts'
import { expectationsOf, type Rollup, rollupStatement } from '../platform/quality-store.ts'
import { DAY, HOUR, isoDay, parseInstant } from '../shared/kernel/instant.ts'
import { GOLD_TABLES } from '../shared/lake/columns.ts'
import type { LakeFile, Root } from '../shared/lake/manifest.ts'
import type { Expectation, QualityTable } from '../shared/quality/expectation.ts'
import { WEEKS } from '../shared/quality/judge.ts'
import { expectedOf, hardFailures, type QualityResult, resultsOf } from '../shared/quality/result.ts'
import { joinTallies, NO_TALLY, type Tallies, tallyKey, tallyRows } from '../shared/quality/tally.ts'

/**
 * The gate between silver and gold: what was built beside the gold that readers see is counted, file by file, and judged
 * with the age and the amount of silver. When a table breaks a hard expectation the whole of it stays aside, since its
 * tables belong together, and readers keep the gold before.
 */
export type GoldFiles = { readonly [table: string]: readonly LakeFile[] }

/** Files in one step. */
const FILES = 4

export interface GoldCount {
  readonly at: number
  readonly tallies: Tallies
}

/** Counts the next files; null when there are no more. */
export async function countGold(
  env: Env,
  workspace: string,
  files: GoldFiles,
  { at, tallies }: GoldCount,
): Promise<GoldCount | null> {
  const expectations = expectedOf(await expectationsOf(env, workspace), 'gold')
  const all = GOLD_TABLES.flatMap((table) => (files[table] ?? []).map((file) => ({ table, file })))
  const page = all.slice(at, at + FILES)
  if (page.length === 0) return null
  let sum = tallies
  for (const { table, file } of page) {
    const rows = await readGold(env.LAKE, table, [file])
    sum = joinTallies(sum, tallyRows(table, rows, expectations))
  }
  return { at: at + page.length, tallies: sum }
}

/** Whether gold may take its place; what was found is written down either way. */
export async function mayBeGold(
  env: Env,
  workspace: string,
  { tallies, generation }: { readonly tallies: Tallies; readonly generation: number },
  now: number,
): Promise<boolean> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const expectations = expectedOf(await expectationsOf(env, workspace), 'gold')
  const { results: holds } = await env.DB.prepare(
    `SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ? AND border = 'gold'`,
  )
    .bind(workspace)
    .all<HoldRow>()
  const hour = Math.floor(now / HOUR) * HOUR
  const statements: D1PreparedStatement[] = []
  const failing = new Map<QualityTable, readonly QualityResult[]>()
  for (const [table, mine] of Map.groupBy(expectations, (one) => one.table)) {
    const known = { ...tallies, ...newestOf(root, table, mine) }
    const results = resultsOf(mine, known, { now, volumes: volumesOf(root, table, now) })
    const rollup: Rollup = { hour, border: 'gold', table, round: root.round, tallies: {}, results }
    statements.push(rollupStatement(env, workspace, rollup, now))
    const hard = hardFailures(results)
    if (hard.length > 0) failing.set(table, hard)
  }
  // Whom a person let go takes part in this build, and is looked at again in the next.
  const letGo = new Set(holds.filter(({ state }) => state === 'releasing').map(({ tbl }) => tbl))
  const held = [...failing].filter(([table]) => !letGo.has(table))
  for (const [table, found] of held) {
    const before = holds.find(({ tbl }) => tbl === table)
    const rows = Object.entries(tallies).find(([key]) =>
      found.some(({ expectation }) => key.startsWith(`${expectation}@`)),
    )
    const hold = {
      border: 'gold' as const,
      table,
      hour: 0,
      places: [],
      rows: rows?.[1].rows ?? 0,
      reasons: reasonsOf(found),
      round: generation,
    }
    statements.push(holdStatement(env, workspace, hold, before && { ...before, state: 'passed' }, now))
  }
  for (const { id, tbl, state } of holds) {
    const isOver = state === 'releasing' || (state === 'held' && !failing.has(tbl))
    if (!isOver || held.length > 0) continue
    statements.push(endHold(env, workspace, id, state, now))
  }
  if (statements.length > 0) await env.DB.batch(statements)
  return held.length === 0
}

function endHold(env: Env, workspace: string, id: string, state: string, now: number): D1PreparedStatement {
  return env.DB.prepare(
    'UPDATE quality_holds SET state = ?, version = version + 1, updated_at = ? WHERE workspace = ? AND id = ? AND state = ?',
  ).bind(state === 'releasing' ? 'released' : 'passed', now, workspace, id, state)
}

/** Of silver the manifest knows what arrived last; no row has to be read. */
function newestOf(root: Root, table: QualityTable, expectations: readonly Expectation[]): Tallies {
  if (table !== 'events' && table !== 'own_events') return {}
  const sums = Object.values(root.days).flatMap(({ tables }) => tables[table] ?? [])
  const newest = sums.length === 0 ? null : sums.reduce((greatest, { to }) => Math.max(greatest, to), 0)
  const rows = sums.reduce((sum, one) => sum + one.rows, 0)
  return Object.fromEntries(expectations.map((one) => [tallyKey(one), { ...NO_TALLY, rows, newest }]))
}

/** Rows of yesterday, and of its weekday in the weeks before; a day that silver does not reach back to is not there. */
function volumesOf(root: Root, table: QualityTable, now: number): readonly number[] {
  if (table !== 'events' && table !== 'own_events') return []
  const yesterday = now - DAY
  const [first] = Object.keys(root.days).sort()
  const days = Array.from({ length: WEEKS + 1 }, (_, week) => isoDay(yesterday - week * 7 * DAY))
  return days
    .filter((day) => first !== undefined && (parseInstant(day) ?? 0) >= (parseInstant(first) ?? 0))
    .map((day) => root.days[day]?.tables[table]?.rows ?? 0)
}
