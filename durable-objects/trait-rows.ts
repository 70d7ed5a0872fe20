import type { Trait } from '../shared/profile/trait.ts'
import { valueOfRow, type WriteRow } from './profile-store.ts'

type Row = WriteRow & { at: number; id: string; source: string }

/**
 * The newest writes of one trait that the timeline of a profile has. Read as a path of each row's JSON, so that ten
 * thousand events are not taken into memory.
 */
export function traitRows(sql: SqlStorage, trait: string, most: number): readonly Trait[] {
  const isThere = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'event'").toArray().length > 0
  if (!isThere) return []
  const rows = sql.exec<Row>(
    `SELECT event.key AS key, event.at AS at, event.id AS id, json_extract(event.body, '$.source') AS source,
       trait.type AS type, trait.value AS value
     FROM event, json_each(event.body, '$.traits') AS trait
     WHERE event.name IS NULL AND json_extract(event.body, '$.type') = 'identify' AND trait.key = ?
     ORDER BY event.at DESC, event.id DESC LIMIT ?`,
    trait,
    most,
  )
  return rows.toArray().map((row) => ({ at: row.at, messageId: row.id, source: row.source, value: valueOfRow(row) }))
}
