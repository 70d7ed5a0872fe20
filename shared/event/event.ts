import type { JsonObject } from '../kernel/json.ts'

/**
 * The words of ingestion. A **message** is one call as sent; a **copy** is one arrival of it, named by `copyId`
 * (request id + index); an **event** is a copy after validation, with its time decided. The idempotency key of an
 * event is (source, messageId).
 */
export const EVENT_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** How a copy came in; `own`: told by Tributary itself. Everything but `live` is exempt from the profile rate and from `archive_only`. */
export const ORIGINS = ['live', 'spill', 'import', 'replay', 'own'] as const
export type Origin = (typeof ORIGINS)[number]

/** What the credential may do: a public write key never unites two user ids, a server key may. */
export type Trust = 'public' | 'server'

export interface Event {
  readonly source: string
  readonly messageId: string
  readonly type: EventType
  /** Event name of a track; name of a page or screen, when it has one. */
  readonly name?: string
  readonly category?: string
  readonly userId?: string
  readonly anonymousId?: string
  readonly previousId?: string
  readonly groupId?: string
  /** User traits of an identify, group traits of a group. `null` values delete. */
  readonly traits?: JsonObject
  readonly properties?: JsonObject
  readonly context: JsonObject
  readonly integrations?: JsonObject
  /** Unknown top-level fields, kept as sent. */
  readonly extra?: JsonObject
  /** When it happened, by the time rule; epoch milliseconds. Everything is ordered by (timestamp, messageId). */
  readonly timestamp: number
  /** When this copy reached the edge; epoch milliseconds. */
  readonly receivedAt: number
  /** The client's own words about time, kept. */
  readonly originalTimestamp?: string
  readonly sentAt?: string
  /** `clock`: the time was impossible and became receivedAt. `late`: older than window and grace allow; applied all the same. */
  readonly flags: readonly EventFlag[]
}

export type EventFlag = 'clock' | 'late'

/**
 * The name under which an event is counted and matched by segments: the name of a track, `$page`, `$screen`;
 * undefined for calls that are no activity (identify, group, alias).
 */
export function countedName(type: EventType, name: string | undefined): string | undefined {
  switch (type) {
    case 'track':
      return name
    case 'page':
      return '$page'
    case 'screen':
      return '$screen'
    case 'identify':
    case 'group':
    case 'alias':
      return undefined
  }
}
