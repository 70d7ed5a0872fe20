import type { JsonValue } from '../kernel/json.ts'
import { isListMark } from '../segment/list-mark.ts'
import type { ProfileDocument } from '../segment/profile-document.ts'
import type { Row } from './columns.ts'

/** A person's rows of gold, from the document that the audience shards hold of them. */
export interface PersonRows {
  readonly profiles: readonly Row[]
  readonly identifiers: readonly Row[]
  readonly computed_traits: readonly Row[]
  readonly consents: readonly Row[]
  readonly memberships: readonly Row[]
}

export function personRows(document: ProfileDocument): PersonRows {
  const { id, identifiers, traits, computed, counters, consents, memberships } = document
  const counts = Object.entries(counters).map(([name, buckets]): [string, number] => [
    name,
    Object.values(buckets).reduce((sum, n) => sum + n, 0),
  ])
  const kept = Object.entries(traits).filter(([name]) => !isListMark(name))
  return {
    profiles: [
      {
        canonical_id: id,
        identifiers: object(Object.entries(identifiers)),
        traits: object(kept.map(([name, { value }]) => [name, value])),
        computed_traits: object(Object.entries(computed).map(([key, { value }]) => [key, value])),
        first_seen: document.firstSeen,
        last_seen: document.lastSeen,
        event_count: counts.reduce((sum, [, n]) => sum + n, 0),
        event_counts: object(counts),
        version: document.version,
      },
    ],
    identifiers: Object.entries(identifiers).flatMap(([type, values]) =>
      values.map((value, position) => ({ canonical_id: id, type, value, position })),
    ),
    computed_traits: Object.entries(computed).map(([trait, { value }]) => ({ canonical_id: id, trait, value })),
    consents: Object.entries(consents).map(([name, { status, at, until }]) => ({
      canonical_id: id,
      name,
      status,
      at,
      until: until ?? null,
    })),
    memberships: Object.entries(memberships).map(([segment, since]) => ({ segment, canonical_id: id, since })),
  }
}

/** Object.fromEntries defines `__proto__` as an ordinary property. */
function object(entries: readonly (readonly [string, JsonValue | readonly string[]])[]): JsonValue {
  return Object.fromEntries(entries) as JsonValue
}
