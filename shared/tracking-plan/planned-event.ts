import type { Event } from '../event/event.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { PlannedEvent } from './tracking-plan.ts'

/**
 * What of an event a plan is about. Track calls go by their name; calls without one of their own by what they are, so
 * that `{ "name": "$identify", "schema": … }` is about the traits of people.
 */
export const RESERVED_NAMES = ['$identify', '$group', '$page', '$screen'] as const

/** Undefined for an alias, which says nothing that could be planned. */
export function plannedName({ type, name }: Pick<Event, 'type' | 'name'>): string | undefined {
  if (type === 'track') return name
  return type === 'alias' ? undefined : `$${type}`
}

/** The part of the event that the schema is about. */
export function plannedField({ type }: Pick<Event, 'type'>): 'properties' | 'traits' {
  return type === 'identify' || type === 'group' ? 'traits' : 'properties'
}

export function plannedBody(event: Event): JsonObject {
  return event[plannedField(event)] ?? {}
}

/**
 * Of several versions the one that the sender names in `context.protocols.event_version`, as Segment's SDKs do; the highest
 * when it names none, or one that is not planned.
 */
export function versionMeant<T extends { readonly planned: PlannedEvent }>(
  versions: readonly T[],
  { context }: Pick<Event, 'context'>,
): T | undefined {
  const protocols = own(context, 'protocols')
  const named = isObject(protocols) ? (own(protocols, 'event_version') as JsonValue | undefined) : undefined
  const exact = versions.find(({ planned }) => String(planned.version) === String(named))
  return exact ?? versions.toSorted((a, b) => byVersion(b.planned.version, a.planned.version))[0]
}

/** `1.10` is above `1.9`, and 2 above both. */
export function byVersion(a: PlannedEvent['version'], b: PlannedEvent['version']): number {
  return COLLATOR.compare(String(a), String(b))
}

const COLLATOR = new Intl.Collator('en', { numeric: true })
