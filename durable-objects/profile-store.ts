import type { Event } from '../shared/event/event.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import type { JsonValue } from '../shared/kernel/json.ts'
import type { EventQuery } from '../shared/profile/document.ts'
import { History } from '../shared/profile/history.ts'
import type { Staging } from '../shared/profile/merge.ts'
import { decodeState, encodeState, type ProfileState } from '../shared/profile/state.ts'
import {
  countedNameOf,
  entryOf,
  type PrunedKey,
  rowAt,
  type StoredEvent,
  type Timeline,
} from '../shared/profile/timeline.ts'

/**
 * A profile in SQLite: the state in one row, the timeline in one WITHOUT ROWID table without secondary indexes (an
 * index would cost a second written row per event), pruned keys packed by day. Tables appear with the first write, so
 * that reading a profile that does not exist leaves nothing behind; those for pruning and staging appear when needed,
 * because every table costs each of millions of objects 4 KB.
 */
const CREATE = `
  CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS event (
    key TEXT PRIMARY KEY, leaf TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, received_at INTEGER NOT NULL, name TEXT,
    copy_id TEXT NOT NULL, marks INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL
  ) WITHOUT ROWID;`
const CREATE_PRUNED = `CREATE TABLE IF NOT EXISTS pruned (
    day INTEGER NOT NULL, n INTEGER NOT NULL, keys BLOB NOT NULL, PRIMARY KEY (day, n)) WITHOUT ROWID`
const CREATE_STAGED = `CREATE TABLE IF NOT EXISTS staged (
    operation INTEGER NOT NULL, page INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (operation, page)) WITHOUT ROWID`

type HistoryRow = { key: string; at: number; id: string; received_at: number; name: string | null }
/** Bits of `marks`. */
const CONFLICT = 1
const CREATED = 2
const UPDATED = 4

/** A row of json_each: objects and arrays are text, true and false are numbers. */
export type WriteRow = { key: string; type: string; value: string | number | null }
type EventRow = { key: string; leaf: string; copy_id: string; marks: number; body: string }

export class ProfileStore implements Timeline {
  readonly #sql: SqlStorage
  #created = false
  #history: History | undefined
  #pruned: Map<number, PrunedKey> | undefined
  /** What identifies wrote to the trait that was asked for last, by key: asking goes trait by trait. */
  #written: { readonly trait: string; readonly byKey: ReadonlyMap<string, JsonValue> } | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  loadState(): ProfileState | undefined {
    if (!this.#has('state')) return undefined
    const row = this.#sql.exec<{ json: string }>('SELECT json FROM state WHERE id = 1').toArray()[0]
    return row ? decodeState(row.json) : undefined
  }

  saveState(state: ProfileState): void {
    this.#sql.exec('INSERT OR REPLACE INTO state (id, json) VALUES (1, ?)', encodeState(state))
  }

  createTables(): void {
    if (this.#created) return
    if (!this.#has('event')) this.#sql.exec(CREATE)
    this.#created = true
  }

  /** Forgets what was read; the next use reads again. */
  reset(): void {
    this.#created = false
    this.#history = undefined
    this.#pruned = undefined
    this.#written = undefined
  }

  get history(): History {
    this.#history ??= new History(
      this.#sql
        .exec<HistoryRow>('SELECT key, at, id, received_at, name FROM event')
        .toArray()
        .map(({ key, at, id, received_at: receivedAt, name }) => ({
          key,
          at,
          id,
          receivedAt,
          counted: name === null ? undefined : { at, id, name, properties: this.#propertiesOf(key) },
          ...(name === null && { written: (trait: string) => this.#writesTo(trait).get(key) }),
        })),
    )
    return this.#history
  }

  get(key: string): StoredEvent | undefined {
    const row = this.#sql
      .exec<EventRow>('SELECT key, leaf, copy_id, marks, body FROM event WHERE key = ?', key)
      .toArray()[0]
    return row && storedEvent(row)
  }

  put(row: StoredEvent, eventText = JSON.stringify(row.event)): void {
    const { event } = row
    this.#sql.exec(
      `INSERT INTO event (key, leaf, at, id, received_at, name, copy_id, marks, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.key,
      row.leaf,
      event.timestamp,
      event.messageId,
      event.receivedAt,
      countedNameOf(event) ?? null,
      row.copyId,
      (row.conflict ? CONFLICT : 0) | (row.told === 'created' ? CREATED : row.told === 'updated' ? UPDATED : 0),
      eventText,
    )
    // While it is not built there is nothing to keep in step: it will be built with this row in it.
    this.#history?.add(entryOf(row))
  }

  markConflict(key: string): void {
    this.#sql.exec('UPDATE event SET marks = marks | ? WHERE key = ?', CONFLICT, key)
  }

  remove(keys: ReadonlySet<string>): void {
    this.history.remove(keys)
    for (const key of keys) this.#sql.exec('DELETE FROM event WHERE key = ?', key)
  }

  size(): number {
    return this.history.size
  }

  prune(keep: number, arrivedSince: number): readonly StoredEvent[] {
    return this.history.take(keep, arrivedSince).flatMap(({ key }) => {
      const row = this.get(key)
      this.#sql.exec('DELETE FROM event WHERE key = ?', key)
      return row ? [row] : []
    })
  }

  prunedCopy(key: string): number | undefined {
    return this.#prunedByKey().get(hash53(key))?.copy
  }

  prunedKeys(): readonly PrunedKey[] {
    return [...this.#prunedByKey().values()]
  }

  rememberPruned(keys: readonly PrunedKey[], oldestDay: number): void {
    if (keys.length === 0) return
    const known = this.#prunedByKey()
    this.#sql.exec(CREATE_PRUNED)
    for (const [day, entries] of Map.groupBy(keys, (entry) => entry.day)) {
      if (day < oldestDay) continue
      for (const entry of entries) known.set(entry.key, entry)
      this.#appendPruned(day, entries)
    }
    this.#sql.exec('DELETE FROM pruned WHERE day < ?', oldestDay)
    for (const [key, entry] of known) if (entry.day < oldestDay) known.delete(key)
  }

  page(cursor: string | null, maxChars: number): { rows: StoredEvent[]; next: string | null } {
    const rows: StoredEvent[] = []
    let chars = 0
    if (!this.#has('event')) return { rows, next: null }
    const query = 'SELECT key, leaf, copy_id, marks, body FROM event WHERE key > ? ORDER BY key'
    for (const row of this.#sql.exec<EventRow>(query, cursor ?? '')) {
      if (chars >= maxChars) return { rows, next: (rows.at(-1) as StoredEvent).key }
      rows.push(storedEvent(row))
      chars += row.body.length
    }
    return { rows, next: null }
  }

  /** The events whose JSON holds a text, in no particular order. */
  containing(text: string): readonly StoredEvent[] {
    if (!this.#has('event')) return []
    const query = 'SELECT key, leaf, copy_id, marks, body FROM event WHERE instr(body, ?) > 0'
    return this.#sql.exec<EventRow>(query, text).toArray().map(storedEvent)
  }

  /** Newest first, by (at, id), after the cursor; `name` is an event's own name or `$page`, `$screen`. */
  newest(query: EventQuery): readonly StoredEvent[] {
    if (!this.#has('event')) return []
    const { limit, cursor, name, type, source, from, to } = query
    const where: string[] = []
    const values: (string | number)[] = []
    if (cursor) {
      const { at, id, key } = rowAt(cursor)
      where.push('(at, id, key) < (?, ?, ?)')
      values.push(at, id, key)
    }
    if (from !== undefined) where.push('at >= ?') && values.push(from)
    if (to !== undefined) where.push('at <= ?') && values.push(to)
    if (type !== undefined) where.push("json_extract(body, '$.type') = ?") && values.push(type)
    if (source !== undefined) where.push("json_extract(body, '$.source') = ?") && values.push(source)
    if (name !== undefined) where.push("(name = ? OR json_extract(body, '$.name') = ?)") && values.push(name, name)
    return this.#sql
      .exec<EventRow>(
        `SELECT key, leaf, copy_id, marks, body FROM event ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
         ORDER BY at DESC, id DESC, key DESC LIMIT ?`,
        ...values,
        limit,
      )
      .toArray()
      .map(storedEvent)
  }

  readonly staging: Staging = {
    put: (operation, index, page) => {
      this.#sql.exec(CREATE_STAGED)
      this.#sql.exec('INSERT OR REPLACE INTO staged (operation, page, body) VALUES (?, ?, ?)', operation, index, page)
    },
    page: (operation, index) => {
      if (!this.#has('staged')) return undefined
      const query = 'SELECT body FROM staged WHERE operation = ? AND page = ?'
      return this.#sql.exec<{ body: string }>(query, operation, index).toArray()[0]?.body
    },
    clear: (operation) => {
      if (this.#has('staged')) this.#sql.exec('DELETE FROM staged WHERE operation = ?', operation)
    },
  }

  /** Removes everything but the state row. */
  deleteEvents(): void {
    for (const table of ['event', 'pruned', 'staged']) if (this.#has(table)) this.#sql.exec(`DELETE FROM ${table}`)
    this.reset()
  }

  /** All pages of an operation in order, one in memory at a time. */
  *stagedPages(operation: number): Generator<string> {
    if (!this.#has('staged')) return
    const query = 'SELECT page, body FROM staged WHERE operation = ? AND page > ? ORDER BY page LIMIT 1'
    for (let after = -1; ; ) {
      const row = this.#sql.exec<{ page: number; body: string }>(query, operation, after).toArray()[0]
      if (!row) return
      after = row.page
      yield row.body
    }
  }

  #has(table: string): boolean {
    return this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table).toArray().length > 0
  }

  #propertiesOf(key: string): () => NonNullable<Event['properties']> {
    let read: NonNullable<Event['properties']> | undefined
    return () => (read ??= this.get(key)?.event.properties ?? {})
  }

  /** One trait at a time, because all traits of ten thousand identifies are more than memory holds. */
  #writesTo(trait: string): ReadonlyMap<string, JsonValue> {
    if (this.#written?.trait === trait) return this.#written.byKey
    const rows = this.#sql.exec<WriteRow>(
      `SELECT event.key AS key, trait.type AS type, trait.value AS value FROM event, json_each(event.body, '$.traits') AS trait
       WHERE event.name IS NULL AND json_extract(event.body, '$.type') = 'identify' AND trait.key = ?`,
      trait,
    )
    this.#written = { trait, byKey: new Map(rows.toArray().map((row) => [row.key, valueOfRow(row)])) }
    return this.#written.byKey
  }

  #prunedByKey(): Map<number, PrunedKey> {
    if (this.#pruned) return this.#pruned
    const found = new Map<number, PrunedKey>()
    if (this.#has('pruned')) {
      for (const row of this.#sql.exec<{ day: number; keys: ArrayBuffer }>('SELECT day, keys FROM pruned')) {
        const numbers = new Float64Array(row.keys)
        for (let i = 0; i + 1 < numbers.length; i += 2) {
          const key = numbers[i] as number
          found.set(key, { key, copy: numbers[i + 1] as number, day: row.day })
        }
      }
    }
    this.#pruned = found
    return found
  }

  /** Chunks of 1,024 keys (16 KB): a busy profile rewrites a small row, not a day's worth. */
  #appendPruned(day: number, entries: readonly PrunedKey[]): void {
    const last = this.#sql
      .exec<{ n: number; keys: ArrayBuffer }>('SELECT n, keys FROM pruned WHERE day = ? ORDER BY n DESC LIMIT 1', day)
      .toArray()[0]
    const open = last && last.keys.byteLength < CHUNK_NUMBERS * 8 ? last : undefined
    let n = open ? open.n : last ? last.n + 1 : 0
    const numbers = [
      ...new Float64Array(open?.keys ?? new ArrayBuffer(0)),
      ...entries.flatMap(({ key, copy }) => [key, copy]),
    ]
    for (let i = 0; i < numbers.length; i += CHUNK_NUMBERS, n++) {
      const chunk = new Float64Array(numbers.slice(i, i + CHUNK_NUMBERS))
      this.#sql.exec('INSERT OR REPLACE INTO pruned (day, n, keys) VALUES (?, ?, ?)', day, n, chunk.buffer)
    }
  }
}

const CHUNK_NUMBERS = 2 * 1_024

/** The body column is written by put() alone, so its shape is known. */
export function valueOfRow({ type, value }: WriteRow): JsonValue {
  if (type === 'object' || type === 'array') return JSON.parse(String(value)) as JsonValue
  return type === 'true' ? true : type === 'false' ? false : value
}

function storedEvent(row: EventRow): StoredEvent {
  return {
    key: row.key,
    leaf: row.leaf,
    copyId: row.copy_id,
    event: JSON.parse(row.body) as Event,
    ...(row.marks & CONFLICT ? { conflict: true } : {}),
    ...(row.marks & CREATED ? { told: 'created' as const } : row.marks & UPDATED ? { told: 'updated' as const } : {}),
  }
}
