import type { WorkspaceSettings } from '../config/workspace-config.ts'
import { type ArchivedLine, eventOfLine } from '../message/archived-event.ts'
import { NO_WORKSPACE } from '../message/dead-letter.ts'
import type { Row, SilverTable } from './columns.ts'
import { changeRow, eventRow, quarantineRow } from './event-row.ts'
import { type BronzePlace, bronzeKey, partitionOf } from './lake-key.ts'
import { type LineName, namesOfLine } from './line-names.ts'

/** A line of bronze, and where it stands. */
export interface PlacedLine {
  readonly object: BronzePlace
  /** From 0. */
  readonly n: number
  readonly line: ArchivedLine
}

export interface Partition {
  readonly table: SilverTable
  readonly day: string
  readonly hour: string
  readonly rows: Row[]
  /** Rows of copies that may have been written before. */
  repeats: number
}

export interface Splitting {
  readonly settings: WorkspaceSettings
  /** The keyed hash under which the index keeps a name; null: no index is wanted. */
  readonly keyOf: ((name: LineName) => string) | null
}

/**
 * The rows of one workspace's lines, by partition of silver: the hour of each row's own arrival, whatever object it
 * stands in.
 *
 * @law every applied copy gives exactly one row, whatever rounds and files its lines come in
 */
export function splitLines(lines: readonly PlacedLine[], splitting: Splitting): readonly Partition[] {
  const partitions = new Map<string, Partition>()
  const into = (table: SilverTable, receivedAt: number): Partition => {
    const { day, hour } = partitionOf(receivedAt)
    const name = `${table}/${day}/${hour}`
    let partition = partitions.get(name)
    if (!partition) {
      partition = { table, day, hour, rows: [], repeats: 0 }
      partitions.set(name, partition)
    }
    return partition
  }
  for (const { object, n, line } of lines) {
    const receivedAt = Number(line['receivedAt'])
    if (line['outcome'] === 'applied') {
      const { table, row } = silverRow(line, splitting.settings)
      const partition = into(table, receivedAt)
      partition.rows.push(row)
      if (isRepeat({ object, line })) partition.repeats += 1
    }
    if (!splitting.keyOf) continue
    const keys = new Set(namesOfLine(line, splitting.settings.identity.defaultCountry).map(splitting.keyOf))
    const index = into('index', receivedAt).rows
    for (const key of keys) index.push(indexRow({ object, n, line }, key))
  }
  return [...partitions.values()].map(inOrder)
}

/** May it have been written before? Effects are delivered at least once and do not say so. */
export function isRepeat({ object, line }: Pick<PlacedLine, 'object' | 'line'>): boolean {
  return line['redelivered'] === true || object.stream === 'effects'
}

/** That a line is found by a key. */
export function indexRow({ object, n, line }: PlacedLine, key: string): Row {
  return {
    key,
    object: bronzeKey(object.stream, object.hour, object.name),
    line: n,
    outcome: String(line['outcome']),
    received_at: Number(line['receivedAt']),
  }
}

/** What an applied line is in silver. */
export function silverRow(
  line: ArchivedLine,
  settings: WorkspaceSettings,
): { readonly table: SilverTable; readonly row: Row } {
  const change = changeRow(line)
  if (change) return { table: 'changes', row: change }
  try {
    const event = eventOfLine(line, settings)
    if (!event) return { table: 'quarantine', row: quarantineRow(line, 'no readable event') }
    // The line says when it arrived: it decides the partition.
    const row = eventRow(line, { ...event, receivedAt: Number(line['receivedAt']) })
    return { table: line['event'] === undefined ? 'events' : 'own_events', row }
  } catch (fault) {
    return { table: 'quarantine', row: quarantineRow(line, fault instanceof Error ? fault.message : String(fault)) }
  }
}

/**
 * A row's key within its table; null for tables in which rows may repeat. Of two copies of a message the profile applies
 * one, so a row per applied copy is one per message and person: a messageId sent for two people counts for both.
 */
export function rowKey(table: SilverTable, row: Row): string | null {
  switch (table) {
    case 'events':
      return String(row['copy_id'])
    case 'own_events':
      return `${row['source']}\u0000${row['message_id']}`
    case 'changes':
      return String(row['key'])
    case 'quarantine':
      return String(row['copy_id'])
    case 'index':
      return null
  }
}

/** The columns that make the key, which is all that is read to find a row again. */
export const KEY_COLUMNS: Readonly<Record<SilverTable, readonly string[]>> = {
  events: ['copy_id'],
  own_events: ['source', 'message_id'],
  changes: ['key'],
  quarantine: ['copy_id'],
  index: [],
}

/** Each key once, in an order that depends on the rows alone: the same rows are the same file. */
function inOrder(partition: Partition): Partition {
  return { ...partition, rows: mergedRows(partition.table, partition.rows) }
}

/** Rows of one partition, from wherever, as they stand in one file. */
export function mergedRows(table: SilverTable, rows: readonly Row[]): Row[] {
  if (table === 'index')
    return rows.toSorted(byText(({ key, object, line }) => `${key}/${object}/${String(line).padStart(8, '0')}`))
  const once = new Map<string, Row>()
  for (const row of rows) {
    const key = String(rowKey(table, row))
    if (!once.has(key)) once.set(key, row)
  }
  const byKey = byText((row) => String(rowKey(table, row)))
  return [...once.values()].sort((a, b) => Number(a['received_at']) - Number(b['received_at']) || byKey(a, b))
}

function byText(text: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) => {
    const [x, y] = [text(a), text(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }
}

/** Lines by workspace; those of sources that nobody knows belong to no workspace and stay in bronze. */
export function byWorkspace(lines: readonly PlacedLine[]): ReadonlyMap<string, readonly PlacedLine[]> {
  const groups = new Map<string, PlacedLine[]>()
  for (const placed of lines) {
    const workspace = placed.line['workspace']
    if (typeof workspace !== 'string' || workspace === NO_WORKSPACE) continue
    const group = groups.get(workspace)
    if (group) group.push(placed)
    else groups.set(workspace, [placed])
  }
  return groups
}
