import type { WorkspaceSettings } from '../config/workspace-config.ts'
import type { Event, EventFlag } from '../event/event.ts'
import { validateItem } from '../event/validate-item.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { IngestMessage } from './ingest-message.ts'
import { normalizedEvent } from './normalized-event.ts'

/** A line of bronze as read: anything, until looked at. */
export type ArchivedLine = Readonly<Record<string, unknown>>

/** Objects of which an event keeps most as it was sent: what a stage added to them is kept without the rest. */
const INNER = new Set(['context', 'properties', 'traits'])

/**
 * What stages changed of an event, by its top-level fields; a field that they took away is null. Where they only added to
 * an object, or replaced fields of it, those fields stand under `within`: nearly every event is enriched, and its whole
 * context once more would double its line.
 */
export function changesOf(before: Event, after: Event): JsonObject | undefined {
  if (before === after) return undefined
  const changes: Record<string, JsonValue> = {}
  const within: Record<string, JsonValue> = {}
  const [old, now] = [before as unknown as JsonObject, after as unknown as JsonObject]
  for (const field of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (old[field] === now[field]) continue
    const added = INNER.has(field) ? addedTo(old[field], now[field]) : undefined
    if (added) within[field] = added
    else changes[field] = now[field] ?? null
  }
  if (Object.keys(within).length > 0) changes['within'] = within
  return Object.keys(changes).length > 0 ? changes : undefined
}

/** The fields that are new or another; undefined when one was taken away, which only the whole object says. */
function addedTo(old: JsonValue | undefined, now: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(old) || !isObject(now)) return undefined
  if (Object.keys(old).some((key) => now[key] === undefined)) return undefined
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => !Object.hasOwn(old, key) || old[key] !== value),
  )
}

/**
 * @law the event of a line is the event that was applied, whatever the settings have become since
 */
export function withChanges<T extends object>(before: T, { within, ...changes }: JsonObject): T {
  const after: Record<string, JsonValue> = { ...(before as JsonObject) }
  for (const [field, value] of Object.entries(changes)) {
    if (value === null) delete after[field]
    else after[field] = value
  }
  for (const [field, added] of Object.entries(isObject(within) ? within : {})) {
    const inside = after[field]
    if (isObject(added)) after[field] = { ...(isObject(inside) ? inside : {}), ...added }
  }
  return after as T
}

/**
 * The event that a line of bronze holds, as it went on to its profile. Undefined for a line without one: a copy that is
 * no valid message, or whose content was erased.
 */
export function eventOfLine(line: ArchivedLine, settings: WorkspaceSettings): Event | undefined {
  // Written by queues/consume-effects.ts from an effect: Tributary's own events are kept whole.
  if (isObject(line['event'])) return line['event'] as unknown as Event
  const envelope = isObject(line['envelope']) ? line['envelope'] : {}
  const ingest = IngestMessage.safeParse({ v: 1, ...envelope, items: [line['item']] })
  const [item] = ingest.success ? ingest.data.items : []
  if (!ingest.success || !item) return undefined
  const type = item.profile === undefined ? validateItem(item.body, item.type) : undefined
  if (type && !type.ok) return undefined
  const event = normalizedEvent(ingest.data, item, type?.value ?? item.type ?? 'track', settings)
  const asDecided = {
    ...event,
    ...(typeof line['timestamp'] === 'number' ? { timestamp: line['timestamp'] } : {}),
    ...(Array.isArray(line['flags']) ? { flags: line['flags'] as EventFlag[] } : {}),
  }
  return isObject(line['changes']) ? withChanges(asDecided, line['changes']) : asDecided
}

/** Which lines a repair is about, by what every line says: arrival in epoch milliseconds, both ends included. */
export interface LineRange {
  readonly from: number
  readonly to: number
  readonly sources?: readonly string[] | undefined
}

export function isInRange(line: ArchivedLine, { from, to, sources }: LineRange): boolean {
  const at = Number(line['receivedAt'])
  if (!(at >= from && at <= to)) return false
  return !sources || sources.includes(String(line['source']))
}
