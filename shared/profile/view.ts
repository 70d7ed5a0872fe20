import type { ConsentWrite } from '../consent/consent.ts'
import { IdentitySettings, settingsOfType } from '../identity/identity-settings.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { toIso } from '../kernel/instant.ts'
import type { Dict, JsonValue } from '../kernel/json.ts'
import { isListMark } from '../segment/list-mark.ts'
import { consentsOf } from './consents.ts'
import { totalOf } from './counters.ts'
import type {
  EventDocument,
  HeldIdentifierDocument,
  IdentifierDocument,
  LeafDocument,
  LinkDocument,
  ProfileDocument,
} from './document.ts'
import { earlierLink, joinIdentifier, type Leaf, linkEnds } from './leaf.ts'
import type { ProfileState } from './state.ts'
import type { StoredEvent } from './timeline.ts'
import { isDeleted, laterTrait, type Trait } from './trait.ts'

/** What readers see: the join of the leaves in the shapes of document.ts. */
export function profileDocument(state: ProfileState, options: { readonly meta: boolean }): ProfileDocument {
  const traits = joinedTraits(state)
  const seen = seenTimes(state)
  return {
    id: state.id,
    mergedIds: Object.keys(state.leaves)
      .filter((id) => id !== state.id)
      .sort(),
    identifiers: identifierDocuments(state),
    traits: fromEntries(traits.map(([name, trait]) => [name, trait.value])),
    ...(options.meta ? { traitMeta: fromEntries(traits.map(([name, trait]) => [name, traitMeta(trait)])) } : {}),
    segments: Object.keys(state.segments)
      .filter((key) => state.segments[key]?.member)
      .sort()
      .map((key) => ({ key, since: toIso(state.segments[key]?.since as number) })),
    consents: fromEntries([...consentsOf(state)].map(([name, write]) => [name, consentFacts(write)])),
    eventCounts: eventCounts(state),
    computedTraits: {},
    firstSeen: toIso(Math.min(...seen)),
    lastSeen: toIso(Math.max(...seen)),
    version: state.version,
  }
}

/** First and last times of the leaves; somebody who is only known by identifiers was seen when those were. */
function seenTimes(state: ProfileState): readonly number[] {
  const leaves = Object.values(state.leaves)
  const ofEvents = leaves.flatMap((leaf) => (isSeen(leaf) ? [leaf.firstSeen, leaf.lastSeen] : []))
  if (ofEvents.length > 0) return ofEvents
  const held = leaves.flatMap((leaf) => Object.values(leaf.identifiers))
  return held.length > 0 ? held.flatMap((one) => [one.firstSeen, one.lastSeen]) : [state.asOf]
}

export function isSeen(leaf: Leaf): boolean {
  return leaf.lastSeen !== Number.NEGATIVE_INFINITY
}

/** Something is known of this person, if only an identifier. */
export function isSomebody(state: ProfileState): boolean {
  return Object.values(state.leaves).some((leaf) => isSeen(leaf) || Object.keys(leaf.identifiers).length > 0)
}

/** All that a person is known by: the canonical IDs data arrived under, and every identifier in its normal form. */
export interface PersonScope {
  readonly leaves: readonly CanonicalId[]
  readonly identifiers: readonly { readonly type: string; readonly match: string }[]
}

export function scopeOf(state: ProfileState): PersonScope {
  const names = new Set(Object.values(state.leaves).flatMap((leaf) => Object.keys(leaf.identifiers)))
  const identifiers = [...names].map((name) => {
    const colon = name.indexOf(':')
    return { type: name.slice(0, colon), match: name.slice(colon + 1) }
  })
  return { leaves: Object.keys(state.leaves) as CanonicalId[], identifiers }
}

/** Object.fromEntries defines `__proto__` as an ordinary property, so no name can reach a prototype. */
function fromEntries<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries)
}

function joinedTraits(state: ProfileState): readonly (readonly [string, Trait])[] {
  const joined = joinOver(state, (leaf) => leaf.traits, laterTrait)
  return [...joined]
    .filter(([name, trait]) => !isDeleted(trait) && !isListMark(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The join of one part of all leaves: what two leaves both have is joined by the part's own law. */
function joinOver<T>(
  state: ProfileState,
  part: (leaf: Leaf) => Dict<T>,
  join: (a: T, b: T) => T,
): ReadonlyMap<string, T> {
  const joined = new Map<string, T>()
  for (const id in state.leaves) {
    const values = part(state.leaves[id] as Leaf)
    for (const name in values) {
      const value = values[name] as T
      const other = joined.get(name)
      joined.set(name, other === undefined ? value : join(other, value))
    }
  }
  return joined
}

function consentFacts({ status, at, source }: ConsentWrite) {
  return { status, at: toIso(at), source }
}

function traitMeta(trait: Trait) {
  return { at: toIso(trait.at), messageId: trait.messageId, source: trait.source }
}

function eventCounts(state: ProfileState): Record<string, number> {
  const counts = new Map<string, number>()
  for (const id in state.leaves) {
    const counters = state.leaves[id]?.counters ?? {}
    for (const name in counters) counts.set(name, (counts.get(name) ?? 0) + totalOf(counters, name))
  }
  return fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** With their normal form, `type:value`, the one that was seen first in front. */
export function namedIdentifiers(
  state: ProfileState,
): readonly { readonly name: string; readonly document: IdentifierDocument }[] {
  const joined = [...joinOver(state, (leaf) => leaf.identifiers, joinIdentifier)]
  joined.sort(([nameA, a], [nameB, b]) => a.firstSeen - b.firstSeen || (nameA < nameB ? -1 : 1))
  return joined.map(([name, held]) => ({
    name,
    document: {
      type: held.type,
      value: held.value,
      firstSeen: toIso(held.firstSeen),
      lastSeen: toIso(held.lastSeen),
      source: held.source,
      messageId: held.messageId,
    },
  }))
}

function identifierDocuments(state: ProfileState): IdentifierDocument[] {
  return namedIdentifiers(state).map(({ document }) => document)
}

/** A link whose other end was taken away with a split is shown again only when that end comes back. */
export function linkDocuments(state: ProfileState): LinkDocument[] {
  const held = new Set(Object.values(state.leaves).flatMap((leaf) => Object.keys(leaf.identifiers)))
  const isHeld = ([key]: readonly [string, unknown]) => linkEnds(key).every((end) => held.has(end))
  const joined = [...joinOver(state, (leaf) => leaf.links, earlierLink)].filter(isHeld)
  joined.sort(([keyA, a], [keyB, b]) => a.at - b.at || (keyA < keyB ? -1 : 1))
  return joined.map(([key, link]) => {
    const [a, b] = linkEnds(key)
    return { a, b, cause: { kind: link.kind, messageId: link.messageId, at: toIso(link.at) } }
  })
}

/** What a profile knows of its own identity; the merges are the graph's. */
export interface IdentityParts {
  readonly identifiers: HeldIdentifierDocument[]
  readonly leaves: LeafDocument[]
  readonly links: LinkDocument[]
  /** One identifier of each leaf, its strongest. */
  readonly named: Readonly<Record<string, string>>
}

const defaults = IdentitySettings.parse({})

function strength(type: string): number {
  return settingsOfType(defaults, type).priority
}

export function leafNames(state: ProfileState): Record<string, string> {
  const names: [string, string][] = []
  for (const id in state.leaves) {
    const held = Object.entries((state.leaves[id] as Leaf).identifiers)
    held.sort(([a, x], [b, y]) => strength(x.type) - strength(y.type) || (a < b ? -1 : 1))
    const [first] = held
    if (first) names.push([id, first[0]])
  }
  return fromEntries(names)
}

export function eventDocument(row: StoredEvent): EventDocument {
  const { event } = row
  const optional = <K extends string, V>(key: K, value: V | undefined) => (value === undefined ? {} : { [key]: value })
  return {
    messageId: event.messageId,
    type: event.type,
    ...optional('name', event.name),
    timestamp: toIso(event.timestamp),
    receivedAt: toIso(event.receivedAt),
    source: event.source,
    ...optional('userId', event.userId),
    ...optional('anonymousId', event.anonymousId),
    ...optional('groupId', event.groupId),
    properties: (event.properties ?? {}) as Record<string, JsonValue>,
    ...optional('traits', event.traits),
    context: event.context as Record<string, JsonValue>,
    late: event.flags.includes('late'),
    ...optional('originalTimestamp', event.originalTimestamp),
    ...(event.flags.includes('clock') ? { clock: true } : {}),
    ...(row.conflict ? { conflict: true } : {}),
  } as EventDocument
}
