import type { JsonValue } from '../kernel/json.ts'
import { matchesName } from '../kernel/name-pattern.ts'
import type { EventRef } from '../segment/person-view.ts'
import { PROFILE_LIMITS } from './profile-limits.ts'
import { before, type Position } from './state.ts'

/**
 * A timeline's rows in order, and its counted events by name, so that a condition over "the last 24 hours" costs a
 * binary search and pruning looks at the oldest rows only. Built once when an object wakes, kept in step afterwards.
 */
export interface HistoryEntry extends Position {
  readonly key: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** Undefined for what counts nowhere: identify, group, alias, and Tributary's own ENTER and EXIT. */
  readonly counted: EventRef | undefined
  /** What an identify writes to a trait; it may read storage. Absent for rows that certainly write nothing. */
  readonly written?: ((trait: string) => JsonValue | undefined) | undefined
}

interface Write extends Position {
  readonly key: string
  readonly value: JsonValue
}

export class History {
  #rows: HistoryEntry[]
  #counted: EventRef[]
  readonly #byName = new Map<string, EventRef[]>()
  /** By trait, for those that were asked for: finding them out reads every identify. */
  readonly #writes = new Map<string, Write[]>()

  constructor(rows: readonly HistoryEntry[]) {
    this.#rows = [...rows].sort(byPosition)
    this.#counted = this.#rows.flatMap((row) => (row.counted ? [row.counted] : []))
    for (const event of this.#counted) this.#named(event.name).push(event)
  }

  get size(): number {
    return this.#rows.length
  }

  add(row: HistoryEntry): void {
    insert(this.#rows, row)
    for (const [name, writes] of this.#writes) addWrite(writes, row, name)
    if (!row.counted) return
    insert(this.#counted, row.counted)
    insert(this.#named(row.counted.name), row.counted)
  }

  /** Takes out what arrived before `arrivedSince` (epoch ms), then the oldest beyond `keep`, and gives it back. */
  take(keep: number, arrivedSince: number): readonly HistoryEntry[] {
    const expired = arrivedSince > 0 ? this.#rows.filter((row) => row.receivedAt < arrivedSince) : []
    const surplus = Math.max(0, this.#rows.length - expired.length - keep)
    if (expired.length === 0 && surplus === 0) return []
    const gone = new Set(expired)
    for (const row of this.#rows) {
      if (gone.size === expired.length + surplus) break
      gone.add(row)
    }
    this.#drop(gone)
    return [...gone]
  }

  remove(keys: ReadonlySet<string>): void {
    this.#drop(new Set(this.#rows.filter((row) => keys.has(row.key))))
  }

  #drop(gone: ReadonlySet<HistoryEntry>): void {
    this.#rows = this.#rows.filter((row) => !gone.has(row))
    const keys = new Set([...gone].map((row) => row.key))
    for (const [name, writes] of this.#writes) {
      this.#writes.set(
        name,
        writes.filter((write) => !keys.has(write.key)),
      )
    }
    const events = new Set([...gone].map((row) => row.counted))
    this.#counted = this.#counted.filter((event) => !events.has(event))
    for (const [name, named] of this.#byName) {
      if (named.some((event) => events.has(event)))
        this.#byName.set(
          name,
          named.filter((event) => !events.has(event)),
        )
    }
  }

  /** What was written to a trait, oldest first; at one instant, the one that stands comes last. */
  writesOf(name: string): readonly Write[] {
    let writes = this.#writes.get(name)
    if (!writes) {
      writes = []
      for (const row of this.#rows) addWrite(writes, row, name)
      this.#writes.set(name, writes)
    }
    return writes
  }

  /** Counted events whose name matches a pattern (exact, `"Video *"`, `"*"`), oldest first. */
  matching(pattern: string): readonly EventRef[] {
    if (pattern === '*') return this.#counted
    if (!pattern.endsWith('*')) return this.#byName.get(pattern) ?? []
    return this.#counted.filter((event) => matchesName(pattern, event.name))
  }

  #named(name: string): EventRef[] {
    let events = this.#byName.get(name)
    if (!events) {
      events = []
      this.#byName.set(name, events)
    }
    return events
  }
}

function addWrite(writes: Write[], row: HistoryEntry, name: string): void {
  const value = row.written?.(name)
  // What was too large for a trait was never one.
  if (value === undefined || JSON.stringify(value).length > PROFILE_LIMITS.maxTraitChars) return
  const write = { at: row.at, id: row.id, key: row.key, value }
  insert(writes, write, (a, b) => before(a, b) || (!before(b, a) && a.key < b.key))
}

function byPosition(a: Position, b: Position): number {
  return before(a, b) ? -1 : before(b, a) ? 1 : 0
}

/** Most events are the newest, so the end is tried first. */
function insert<T extends Position>(rows: T[], row: T, precedes: (a: T, b: T) => boolean = before): void {
  const last = rows.at(-1)
  if (!last || !precedes(row, last)) {
    rows.push(row)
    return
  }
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (precedes(rows[middle] as T, row)) low = middle + 1
    else high = middle
  }
  rows.splice(low, 0, row)
}
