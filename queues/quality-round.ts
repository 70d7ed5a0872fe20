import { type GatedPart, type HeldTable, type Holdable, heldOf, isHeldTable } from '../platform/quality-gate.ts'
import { HOUR, parseInstant } from '../shared/kernel/instant.ts'
import type { OpenRound } from '../shared/lake/compaction.ts'
import type { Partition, PlacedLine } from '../shared/lake/split-lines.ts'
import type { Border, QualityTable } from '../shared/quality/expectation.ts'
import { lineRow } from '../shared/quality/line-row.ts'
import { tallyRows } from '../shared/quality/tally.ts'

/** A round of compaction as it stands before the gate (platform/quality-gate.ts): its lines and what they became. */
export interface GatedRound {
  readonly workspace: string
  readonly lines: readonly PlacedLine[]
  readonly partitions: readonly Partition[]
  readonly open: Pick<OpenRound, 'round'>
  readonly now: number
}

/** The partitions that stay out of the manifest. */
export async function heldPartitions(env: Env, round: GatedRound): Promise<ReadonlySet<Partition>> {
  const { workspace, lines, now, open } = round
  const holdables = round.partitions.flatMap((partition): (Holdable & { readonly partition: Partition })[] => {
    const { table, rows } = partition
    if (!isHeldTable(table)) return []
    const hour = hourOf(partition)
    return [{ table, hour, rows: rows.length, places: () => placesOf(lines, hour, table), partition }]
  })
  const held = await heldOf(env, { workspace, parts: partsOf(round), holdables, round: open.round, now })
  return new Set([...held].map(({ partition }) => partition))
}

export function partsOf({ lines, partitions }: Pick<GatedRound, 'lines' | 'partitions'>): readonly GatedPart[] {
  const part = (
    border: Border,
    table: QualityTable,
    hour: number,
    rows: Parameters<typeof tallyRows>[1],
  ): GatedPart => ({
    border,
    table,
    hour,
    tallies: (expectations) => tallyRows(table, rows, expectations),
  })
  const arrived = Map.groupBy(
    lines.filter(({ object }) => object.stream === 'events'),
    ({ line }) => Math.floor(Number(line['receivedAt']) / HOUR) * HOUR,
  )
  const bronze = [...arrived].map(([hour, those]) =>
    part(
      'bronze',
      'lines',
      hour,
      those.map(({ line }) => lineRow(line)),
    ),
  )
  const silver = partitions.flatMap((partition) => {
    const { table, rows } = partition
    return isHeldTable(table) ? [part('silver', table, hourOf(partition), rows)] : []
  })
  return [...bronze, ...silver]
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
