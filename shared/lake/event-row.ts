import type { Event } from '../event/event.ts'
import { isObject, type JsonObject, type JsonValue, textOrNull } from '../kernel/json.ts'
import type { ArchivedLine } from '../message/archived-event.ts'
import type { Row } from './columns.ts'

/** A line of bronze and the event it holds, as a row of `events` or `own_events`. */
export function eventRow(line: ArchivedLine, event: Event): Row {
  return {
    message_id: event.messageId,
    source: event.source,
    type: event.type,
    name: event.name ?? null,
    timestamp: event.timestamp,
    received_at: event.receivedAt,
    canonical_id: String(line['canonicalId']),
    leaf: String(line['leaf'] ?? line['canonicalId']),
    user_id: event.userId ?? null,
    anonymous_id: event.anonymousId ?? null,
    previous_id: event.previousId ?? null,
    group_id: event.groupId ?? null,
    category: event.category ?? null,
    properties: event.properties ?? null,
    traits: event.traits ?? null,
    context: event.context,
    integrations: event.integrations ?? null,
    extra: event.extra ?? null,
    consents: objectOr(line['consents']),
    late: event.flags.includes('late'),
    clock: event.flags.includes('clock'),
    original_timestamp: event.originalTimestamp ?? null,
    sent_at: event.sentAt ?? null,
    copy_id: String(line['copyId']),
  }
}

/** What happened to a profile as a whole, as a row of `changes`; undefined for any other line. */
export function changeRow(line: ArchivedLine): Row | undefined {
  const type = line['type']
  if (typeof type !== 'string' || !type.startsWith('profile.')) return undefined
  return {
    key: String(line['copyId']),
    change: type.slice('profile.'.length),
    canonical_id: String(line['canonicalId']),
    other: textOrNull(line['other']),
    merge_id: textOrNull(line['mergeId']),
    received_at: Number(line['receivedAt']),
  }
}

/** A line that was applied and is no event that we could read. */
export function quarantineRow(line: ArchivedLine, reason: string): Row {
  return {
    copy_id: String(line['copyId']),
    message_id: textOrNull(line['messageId']),
    source: textOrNull(line['source']),
    canonical_id: textOrNull(line['canonicalId']),
    leaf: textOrNull(line['leaf']),
    received_at: Number(line['receivedAt']),
    reason,
    line: line as JsonObject,
  }
}

function objectOr(value: unknown): JsonValue {
  return isObject(value) ? value : null
}
