import { createHash } from 'node:crypto'
import type { JsonValue } from '../../shared/kernel/json.ts'
import type { Row, SilverTable } from '../../shared/lake/columns.ts'
import { rowKey } from '../../shared/lake/split-lines.ts'

/** A row of silver as the verifier remembers it: what it is, whose, and a hash of everything in it. */
export interface KnownRow {
  readonly table: SilverTable
  readonly day: string
  readonly hour: string
  readonly messageId: string
  /** The file or the object of bronze in which it stands. */
  readonly in: string
  readonly leaf: string
  readonly timestamp: number
  readonly receivedAt: number
  readonly hash: string
}

/** Within its partition a key is there once. */
export function partitionKey(table: SilverTable, day: string, hour: string, row: Row): string {
  return `${table}/${day}/${hour}/${rowKey(table, row)}`
}

/** A hash of a row's content: the order of keys in objects says nothing, and a column that is not there is null. */
export function hashOfRow(row: Row): string {
  const entries = Object.entries(row).filter(([, value]) => value !== null && value !== undefined)
  return createHash('sha256')
    .update(JSON.stringify(sorted(Object.fromEntries(entries) as JsonValue)))
    .digest('base64url')
    .slice(0, 22)
}

function sorted(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, one]) => [key, sorted(one)])
}

export function knownRow(table: SilverTable, day: string, hour: string, row: Row, where: string): KnownRow {
  return {
    table,
    day,
    hour,
    messageId: String(row['message_id'] ?? row['key'] ?? row['copy_id']),
    in: where,
    leaf: String(row['leaf'] ?? row['canonical_id']),
    timestamp: Number(row['timestamp'] ?? row['received_at']),
    receivedAt: Number(row['received_at']),
    hash: hashOfRow(row),
  }
}
