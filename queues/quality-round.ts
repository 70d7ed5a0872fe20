import { beginQualityCheck } from '../platform/quality-check.ts'
import { holdStatement, holdsBetween, type NewHold, reasonsOf } from '../platform/quality-holds.ts'
import { expectationsOf, type Rollup, readRollups, rollupName, rollupStatement } from '../platform/quality-store.ts'
import { HOUR, parseInstant } from '../shared/kernel/instant.ts'
import type { Row } from '../shared/lake/columns.ts'
import type { OpenRound } from '../shared/lake/compaction.ts'
import type { Partition, PlacedLine } from '../shared/lake/split-lines.ts'
import type { Border, Expectation, QualityTable } from '../shared/quality/expectation.ts'
import { lineRow } from '../shared/quality/line-row.ts'
import { expectedOf, hardFailures, type QualityResult, resultsOf, wantedTallies } from '../shared/quality/result.ts'
import { joinTallies, type Tallies, tallyRows } from '../shared/quality/tally.ts'

/**
 * The gate between bronze and silver: what a round of compaction is about to add is counted, its hours are judged with
 * everything else of them, and a partition that breaks a hard expectation is held. Done again after a crash it counts
 * nothing twice and holds the same.
 */
export interface GatedRound {
  readonly workspace: string
  readonly lines: readonly PlacedLine[]
  readonly partitions: readonly Partition[]
  readonly open: Pick<OpenRound, 'round'>
  readonly now: number
}

/** Tables of silver whose rows may be held; who was merged and what is found by the index is never. */
export const HELD_TABLES = ['events', 'own_events'] as const
export type HeldTable = (typeof HELD_TABLES)[number]

const MOST_TRIES = 5

/** The partitions that stay out of the manifest. */
export async function heldPartitions(env: Env, round: GatedRound): Promise<ReadonlySet<Partition>> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const held = await tryGate(env, round)
    if (held) return held
  }
  throw new Error(`what is held of ${round.workspace} keeps changing`)
}

async function tryGate(env: Env, round: GatedRound): Promise<ReadonlySet<Partition> | undefined> {
  const { workspace, now, open } = round
  const expectations = await expectationsOf(env, workspace)
  const parts = partsOf(round)
  if (parts.length === 0) return new Set()
  const hours = parts.map(({ hour }) => hour)
  const [from, to] = [Math.min(...hours), Math.max(...hours)]
  const [rollups, holds] = await Promise.all([
    readRollups(env, workspace, from, to),
    holdsBetween(env, workspace, from, to),
  ])
  const judged = parts.flatMap((part) => judgedPart(part, expectations, rollups, open.round, now) ?? [])
  const failures = (border: Border, table: QualityTable, hour: number) =>
    judged.filter((one) => one.border === border && one.table === table && one.hour === hour).flatMap(failuresOf)
  const held = new Set<Partition>()
  const statements: D1PreparedStatement[] = []
  let isBetter = false
  for (const partition of round.partitions) {
    const { table } = partition
    if (!isHeldTable(table)) continue
    const hour = hourOf(partition)
    const before = holds.find((one) => one.tbl === table && one.hour === hour)
    const found = [...failures('silver', table, hour), ...(table === 'events' ? failures('bronze', 'lines', hour) : [])]
    if (found.length === 0) {
      isBetter ||= before?.state === 'held'
      continue
    }
    // Somebody looked at this hour and let it go: what else of it arrives goes, too.
    if (before?.state === 'released' || before?.state === 'releasing') continue
    held.add(partition)
    const { rows } = partition
    const hold: NewHold = {
      border: 'silver',
      table,
      hour,
      places: placesOf(round.lines, hour, table),
      rows: rows.length,
      reasons: reasonsOf(found),
      round: open.round,
    }
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

interface Part {
  readonly border: Border
  readonly table: QualityTable
  readonly hour: number
  readonly rows: readonly Row[]
}

function partsOf({ lines, partitions }: GatedRound): readonly Part[] {
  const arrived = Map.groupBy(
    lines.filter(({ object }) => object.stream === 'events'),
    ({ line }) => Math.floor(Number(line['receivedAt']) / HOUR) * HOUR,
  )
  const bronze = [...arrived].map(
    ([hour, those]): Part => ({ border: 'bronze', table: 'lines', hour, rows: those.map(({ line }) => lineRow(line)) }),
  )
  const silver = partitions.flatMap((partition): Part[] => {
    const { table, rows } = partition
    return isHeldTable(table) ? [{ border: 'silver', table, hour: hourOf(partition), rows }] : []
  })
  return [...bronze, ...silver]
}

/** With everything else of its hour; undefined when nothing is expected of it. */
function judgedPart(
  { border, table, hour, rows }: Part,
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
  const tallies = isIn ? kept : joinTallies(kept, tallyRows(table, rows, expectations))
  const results = resultsOf(expectations, tallies, { now })
  return { hour, border, table, round: Math.max(round, before?.round ?? 0), tallies: plain(tallies), results }
}

function plain(tallies: Tallies): Rollup['tallies'] {
  return tallies as Rollup['tallies']
}

function failuresOf({ results }: { readonly results: readonly QualityResult[] }): readonly QualityResult[] {
  return hardFailures(results)
}

export function isHeldTable(table: string): table is HeldTable {
  return (HELD_TABLES as readonly string[]).includes(table)
}

export function hourOf({ day, hour }: Pick<Partition, 'day' | 'hour'>): number {
  return (parseInstant(day) ?? 0) + Number(hour) * HOUR
}

/** Objects in which rows of that hour may stand. */
function placesOf(lines: readonly PlacedLine[], hour: number, table: HeldTable) {
  const stream = table === 'events' ? 'events' : 'effects'
  const theirs = lines.filter(({ object, line }) => {
    const at = Number(line['receivedAt'])
    return object.stream === stream && at >= hour && at < hour + HOUR
  })
  return [...new Set(theirs.map(({ object }) => object))]
}
