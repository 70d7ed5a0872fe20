import { countedName, type Event } from '../event/event.ts'
import type { CursorPosition } from '../kernel/cursor.ts'
import { hash53 } from '../kernel/hash.ts'
import { dayNumber } from '../kernel/instant.ts'
import { own } from '../kernel/json.ts'
import type { History, HistoryEntry } from './history.ts'
import type { Position } from './state.ts'

/**
 * A profile's applied events, each once under (source, messageId), newest 10,000 or 400 days. The port through which
 * the pure core reads and writes them; profile-store.ts keeps them in SQLite, MemoryTimeline in tests.
 */
export interface StoredEvent {
  readonly key: string
  readonly leaf: string
  readonly copyId: string
  readonly event: Event
  /** Another copy with a different body arrived; the first was kept. */
  readonly conflict?: boolean
  /** What it did to the profile, when others are told of it. */
  readonly told?: 'created' | 'updated'
}

export interface Timeline {
  get(key: string): StoredEvent | undefined
  /** `eventText` is the row's event as JSON, when it is at hand. */
  put(row: StoredEvent, eventText?: string): void
  markConflict(key: string): void
  size(): number
  /** Takes rows out: they live on elsewhere. */
  remove(keys: ReadonlySet<string>): void
  /** Takes out what arrived before `arrivedSince` (epoch ms), then the oldest beyond `keep`, and gives it back. */
  prune(keep: number, arrivedSince: number): readonly StoredEvent[]
  /** The copy that was applied under a key whose event has been pruned, as a hash of its copyId. */
  prunedCopy(key: string): number | undefined
  /** Keeps the keys of pruned events by day of arrival; forgets days before `oldestDay`. */
  rememberPruned(keys: readonly PrunedKey[], oldestDay: number): void
  prunedKeys(): readonly PrunedKey[]
  /** Rows in key order after `cursor`, until their bodies exceed `maxChars`; at least one row while there are any. */
  page(cursor: string | null, maxChars: number): { readonly rows: readonly StoredEvent[]; readonly next: string | null }
  /** The rows in order, for the evaluator and for pruning. */
  readonly history: History
}

/** What is left of a pruned event: 53-bit hashes of its key and of the copy that was applied, and the day it arrived. */
export interface PrunedKey {
  readonly key: number
  readonly copy: number
  readonly day: number
}

export function prunedKeyOf(row: StoredEvent): PrunedKey {
  return { key: hash53(row.key), copy: hash53(row.copyId), day: dayNumber(row.event.receivedAt) }
}

/** The idempotency key of an event. */
export function eventKey(event: Pick<Event, 'source' | 'messageId'>): string {
  return `${event.source}\u0000${event.messageId}`
}

/** Where a page of the timeline ends. Two sources may have an event of one messageId at one instant. */
export function pageEnd({ timestamp, messageId, source }: Event): CursorPosition {
  return { at: timestamp, id: `${messageId}\u0000${source}` }
}

/** The same as a row has it. A cursor of before sources were in it ends behind all events of its messageId. */
export function rowAt({ at, id }: CursorPosition): { readonly at: number; readonly id: string; readonly key: string } {
  const [messageId = '', source] = id.split('\u0000')
  return { at, id: messageId, key: source === undefined ? '' : eventKey({ source, messageId }) }
}

export function positionOf(event: Event): Position {
  return { at: event.timestamp, id: event.messageId }
}

/** The name an event counts under; undefined for what counts nowhere, ENTER and EXIT among it. */
export function countedNameOf(event: Event): string | undefined {
  return isOwnEvent(event) ? undefined : countedName(event.type, event.name)
}

export function entryOf(row: StoredEvent): HistoryEntry {
  const { event } = row
  const name = countedNameOf(event)
  const at = { at: event.timestamp, id: event.messageId }
  return {
    ...at,
    key: row.key,
    receivedAt: event.receivedAt,
    counted: name === undefined ? undefined : { ...at, name, properties: () => event.properties ?? {} },
    ...(event.type === 'identify' && event.traits && { written: (trait) => own(event.traits ?? {}, trait) }),
  }
}

/** Written by Tributary itself. */
export const OWN_SOURCE = 'tributary'

export function isOwnEvent(event: Pick<Event, 'source'>): boolean {
  return event.source === OWN_SOURCE
}
