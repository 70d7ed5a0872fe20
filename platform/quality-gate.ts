import type { BronzePlace } from '../shared/lake/lake-key.ts'
import type { Border, Expectation, QualityTable } from '../shared/quality/expectation.ts'
import { expectedOf, hardFailures, type QualityResult, resultsOf, wantedTallies } from '../shared/quality/result.ts'
import { joinTallies, type Tallies } from '../shared/quality/tally.ts'
import { beginQualityCheck } from './quality-check.ts'
import { holdStatement, holdsBetween, type NewHold, reasonsOf } from './quality-holds.ts'
import { expectationsOf, type Rollup, readRollups, rollupName, rollupStatement } from './quality-store.ts'

/**
 * The gate between bronze and silver: what a round of compaction is about to add is counted, its hours are judged with
 * everything else of them, and what breaks a hard expectation is held. Done again after a crash it counts nothing twice
 * and holds the same.
 */

/** Tables of silver whose rows may be held; who was merged and what is found by the index is never. */
export const HELD_TABLES = ['events', 'own_events'] as const
export type HeldTable = (typeof HELD_TABLES)[number]

export function isHeldTable(table: string): table is HeldTable {
  return (HELD_TABLES as readonly string[]).includes(table)
}

/** Rows of one hour and table that arrive at a border, known by what they amount to. */
export interface GatedPart {
  readonly border: Border
  readonly table: QualityTable
  readonly hour: number
  readonly tallies: (expectations: readonly Expectation[]) => Tallies
}

/** What may be held as a whole. */
export interface Holdable {
  readonly table: HeldTable
  readonly hour: number
  readonly rows: number
  /** Objects of bronze in which its rows stand. */
  readonly places: () => readonly BronzePlace[]
}

export interface Gated<H extends Holdable> {
  readonly workspace: string
  readonly parts: readonly GatedPart[]
  readonly holdables: readonly H[]
  readonly round: number
  readonly now: number
}

const MOST_TRIES = 5

/** What stays out of the manifest. */
export async function heldOf<H extends Holdable>(env: Env, gated: Gated<H>): Promise<ReadonlySet<H>> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const held = await tryGate(env, gated)
    if (held) return held
  }
  throw new Error(`what is held of ${gated.workspace} keeps changing`)
}

async function tryGate<H extends Holdable>(env: Env, gated: Gated<H>): Promise<ReadonlySet<H> | undefined> {
  const { workspace, parts, round, now } = gated
  const expectations = await expectationsOf(env, workspace)
  if (parts.length === 0) return new Set()
  const hours = parts.map(({ hour }) => hour)
  const [from, to] = [Math.min(...hours), Math.max(...hours)]
  const [rollups, holds] = await Promise.all([
    readRollups(env, workspace, from, to),
    holdsBetween(env, workspace, from, to),
  ])
  const judged = parts.flatMap((part) => judgedPart(part, expectations, rollups, round, now) ?? [])
  const failures = (border: Border, table: QualityTable, hour: number) =>
    judged.filter((one) => one.border === border && one.table === table && one.hour === hour).flatMap(failuresOf)
  const held = new Set<H>()
  const statements: D1PreparedStatement[] = []
  let isBetter = false
  for (const holdable of gated.holdables) {
    const { table, hour, rows } = holdable
    const before = holds.find((one) => one.tbl === table && one.hour === hour)
    const found = [...failures('silver', table, hour), ...(table === 'events' ? failures('bronze', 'lines', hour) : [])]
    if (found.length === 0) {
      isBetter ||= before?.state === 'held'
      continue
    }
    // Somebody looked at this hour and let it go: what else of it arrives goes, too.
    if (before?.state === 'released' || before?.state === 'releasing') continue
    held.add(holdable)
    const reasons = reasonsOf(found)
    const hold: NewHold = { border: 'silver', table, hour, places: holdable.places(), rows, reasons, round }
    statements.push(holdStatement(env, workspace, hold, before, now))
  }
  const holding = statements.length
  statements.push(...judged.map((rollup) => rollupStatement(env, workspace, rollup, now)))
  const written = statements.length > 0 ? await env.DB.batch(statements) : []
  // Somebody changed what is held meanwhile: rows that nobody names would be lost.
  if (written.slice(0, holding).some(({ meta }) => meta.changes === 0)) return undefined
  if (isBetter) await beginQualityCheck(env, workspace, now)
  return held
}

/** With everything else of its hour; undefined when nothing is expected of it. */
function judgedPart(
  { border, table, hour, tallies: count }: GatedPart,
  all: readonly Expectation[],
  rollups: ReadonlyMap<string, Rollup>,
  round: number,
  now: number,
): Rollup | undefined {
  const expectations = expectedOf(all, border, table)
  if (expectations.length === 0) return undefined
  const before = rollups.get(rollupName(border, table, hour))
  const isIn = before !== undefined && before.round >= round
  const kept: Tallies = wantedTallies(before?.tallies ?? {}, expectations)
  const tallies = isIn ? kept : joinTallies(kept, count(expectations))
  const results = resultsOf(expectations, tallies, { now })
  return { hour, border, table, round: Math.max(round, before?.round ?? 0), tallies: plain(tallies), results }
}

function plain(tallies: Tallies): Rollup['tallies'] {
  return tallies as Rollup['tallies']
}

function failuresOf({ results }: { readonly results: readonly QualityResult[] }): readonly QualityResult[] {
  return hardFailures(results)
}
