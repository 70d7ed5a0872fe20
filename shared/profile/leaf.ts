import { CONSENT_LIMITS } from '../consent/consent.ts'
import { consentsIn } from '../consent/read-consents.ts'
import {
  addWrite,
  type ConsentRecord,
  type ConsentRecordJson,
  copyOfRecord,
  joinRecord,
  newRecord,
  recordsFromJson,
} from '../consent/record.ts'
import type { Event } from '../event/event.ts'
import { countedName } from '../event/event.ts'
import { type Identifier, identifierName } from '../identity/identifier.ts'
import { hash53 } from '../kernel/hash.ts'
import { asDict, type Dict, dict, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { addCount, addCounters, type Counters } from './counters.ts'
import type { Membership } from './state.ts'
import { laterTrait, type Trait } from './trait.ts'

/**
 * A leaf is what arrived under one canonical ID: its own traits, identifiers, links and counters. A profile is the
 * join of its leaves; merging is the union of leaves, unmerging moves them away, and neither touches what is inside.
 *
 * @law joining is commutative, associative and idempotent (counters: over disjoint sets of events)
 */
export interface Leaf {
  readonly traits: Dict<Trait>
  /** By `type:match`. */
  readonly identifiers: Dict<HeldIdentifier>
  /** By `a\u0000b` (names of two identifiers that came in one message): the first message that had both. */
  readonly links: Dict<Link>
  readonly counters: Counters
  /** What was said and seen about consent, by channel or purpose. */
  readonly consents: Dict<ConsentRecord>
  /** Event times; Infinity and −Infinity while there is no event. */
  firstSeen: number
  lastSeen: number
  /** What had been told about segments under this ID when it was merged away: goes on from there once it is released. */
  told?: Dict<Membership>
}

export interface HeldIdentifier {
  readonly type: string
  /** As sent in the message that added it. */
  readonly value: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** The earliest message, by (timestamp, messageId), that carried it. */
  readonly messageId: string
  readonly source: string
}

export interface Link {
  readonly kind: 'message' | 'alias'
  readonly at: number
  readonly messageId: string
}

/** Largest number of traits, and of characters in one trait's JSON. A larger value is not taken; the rest of the event is. */
export interface LeafLimits {
  readonly maxTraits: number
  readonly maxTraitChars: number
}

export function emptyLeaf(): Leaf {
  return {
    traits: dict(),
    identifiers: dict(),
    links: dict(),
    counters: dict(),
    consents: dict(),
    firstSeen: Number.POSITIVE_INFINITY,
    lastSeen: Number.NEGATIVE_INFINITY,
  }
}

/** An identifier of a message that the profile holds, with the leaf it belongs to: the graph's, so that it moves with it. */
export interface HeldBy extends Identifier {
  readonly leaf: string
}

/** What one event changed that others may want to hear of. */
export interface LeafChange {
  readonly traits: readonly string[]
  /** `type:match` of identifiers that the profile did not hold. */
  readonly identifiers: readonly string[]
  /** Names of which another consent stands in this leaf. */
  readonly consents: readonly string[]
}

/**
 * Adds one event to a profile's leaves, in place: it is counted under the anchor's leaf `id`. `held` are the message's
 * identifiers that the profile holds (a refused link is not among them), the anchor first.
 */
export function addEvent(
  leaves: Dict<Leaf>,
  id: string,
  event: Event,
  held: readonly HeldBy[],
  limits: LeafLimits,
): LeafChange {
  const leaf = (leaves[id] ??= emptyLeaf())
  const traits = event.type === 'identify' && event.traits ? addTraits(leaf, event, event.traits, limits) : []
  const identifiers = addIdentifiers(leaves, leaf, event, held)
  const consents = addConsents(leaf, event)
  const name = countedName(event.type, event.name)
  if (name !== undefined) addCount(leaf.counters, name, event.timestamp)
  leaf.firstSeen = Math.min(leaf.firstSeen, event.timestamp)
  leaf.lastSeen = Math.max(leaf.lastSeen, event.timestamp)
  return { traits, identifiers, consents }
}

function addConsents(leaf: Leaf, event: Event): readonly string[] {
  const changed: string[] = []
  for (const { name, write, manner } of consentsIn(event)) {
    const record = leaf.consents[name]
    const before = record?.latest
    if (record) addWrite(record, write, manner)
    else leaf.consents[name] = newRecord(write, manner)
    if (leaf.consents[name]?.latest !== before) changed.push(name)
  }
  if (changed.length > 0) shed(leaf.consents, MOST_CONSENTS)
  return changed
}

/** Names in one leaf: few enough that a hundred leaves full of them, folded, fit into a state. */
const MOST_CONSENTS = CONSENT_LIMITS.namesAtOnce

function addTraits(leaf: Leaf, event: Event, traits: JsonObject, limits: LeafLimits): readonly string[] {
  const changed: string[] = []
  for (const name of Object.keys(traits)) {
    const value = traits[name] as JsonValue
    if (typeof value !== 'number' && typeof value !== 'boolean' && JSON.stringify(value).length > limits.maxTraitChars)
      continue
    const write: Trait = { value, at: event.timestamp, messageId: event.messageId, source: event.source }
    const before = leaf.traits[name]
    const after = before ? laterTrait(before, write) : write
    if (after === before) continue
    leaf.traits[name] = after
    changed.push(name)
  }
  if (changed.length > 0) shed(leaf.traits, limits.maxTraits)
  return changed
}

/** Over the limit, the names with the smallest hashes stay: a choice that no order of arrival can change. */
function shed<T>(byName: Dict<T>, most: number): void {
  const names = Object.keys(byName)
  if (names.length <= most) return
  names.sort((a, b) => hash53(a) - hash53(b) || (a < b ? -1 : 1))
  for (const name of names.slice(most)) delete byName[name]
}

function addIdentifiers(
  leaves: Dict<Leaf>,
  anchorLeaf: Leaf,
  event: Event,
  held: readonly HeldBy[],
): readonly string[] {
  const at = event.timestamp
  const [anchor] = held
  const fresh: string[] = []
  for (const identifier of held) {
    const name = identifierName(identifier)
    const home = (leaves[identifier.leaf] ??= emptyLeaf())
    const seen: HeldIdentifier = {
      type: identifier.type,
      value: identifier.value,
      firstSeen: at,
      lastSeen: at,
      messageId: event.messageId,
      source: event.source,
    }
    const before = home.identifiers[name]
    if (!before) fresh.push(name)
    home.identifiers[name] = before ? joinIdentifier(before, seen) : seen
    if (anchor === undefined || identifier === anchor) continue
    const key = linkKey(identifierName(anchor), name)
    const link: Link = { kind: event.type === 'alias' ? 'alias' : 'message', at, messageId: event.messageId }
    const linked = anchorLeaf.links[key]
    anchorLeaf.links[key] = linked ? earlierLink(linked, link) : link
  }
  return fresh
}

function linkKey(a: string, b: string): string {
  return a < b ? `${a}\u0000${b}` : `${b}\u0000${a}`
}

export function linkEnds(key: string): readonly [string, string] {
  const [a, b] = key.split('\u0000')
  return [a as string, b as string]
}

export function joinIdentifier(a: HeldIdentifier, b: HeldIdentifier): HeldIdentifier {
  const first = a.firstSeen !== b.firstSeen ? (a.firstSeen < b.firstSeen ? a : b) : a.messageId <= b.messageId ? a : b
  if (first === a && b.lastSeen <= a.lastSeen) return a
  return { ...first, lastSeen: Math.max(a.lastSeen, b.lastSeen) }
}

export function earlierLink(a: Link, b: Link): Link {
  if (a.at !== b.at) return a.at < b.at ? a : b
  return a.messageId <= b.messageId ? a : b
}

/** Joins `from` into `into`, in place; the two must have been made of disjoint sets of events (merge.ts sees to that). */
export function joinLeaf(into: Leaf, from: Leaf, limits: LeafLimits): void {
  for (const name in from.traits) {
    const theirs = from.traits[name] as Trait
    const mine = into.traits[name]
    into.traits[name] = mine ? laterTrait(mine, theirs) : theirs
  }
  shed(into.traits, limits.maxTraits)
  for (const name in from.consents) {
    const theirs = from.consents[name] as ConsentRecord
    const mine = into.consents[name]
    if (mine) joinRecord(mine, theirs)
    else into.consents[name] = copyOfRecord(theirs)
  }
  shed(into.consents, MOST_CONSENTS)
  for (const name in from.identifiers) {
    const theirs = from.identifiers[name] as HeldIdentifier
    const mine = into.identifiers[name]
    into.identifiers[name] = mine ? joinIdentifier(mine, theirs) : theirs
  }
  for (const key in from.links) {
    const theirs = from.links[key] as Link
    const mine = into.links[key]
    into.links[key] = mine ? earlierLink(mine, theirs) : theirs
  }
  addCounters(into.counters, from.counters)
  into.firstSeen = Math.min(into.firstSeen, from.firstSeen)
  into.lastSeen = Math.max(into.lastSeen, from.lastSeen)
  if (from.told) into.told = from.told
}

/** JSON has no infinities: a leaf without events has null there. */
export interface LeafJson {
  traits: Record<string, Trait>
  identifiers: Record<string, HeldIdentifier>
  links: Record<string, Link>
  counters: Record<string, Record<string, number>>
  /** Absent in rows that were written before there were consents. */
  consents?: Record<string, ConsentRecordJson>
  firstSeen: number | null
  lastSeen: number | null
  told?: Record<string, Membership>
}

/** Restores a leaf from parsed JSON, in place: dictionaries lose their prototype, absent times become infinities. */
export function leafFromJson(json: LeafJson): Leaf {
  for (const name of Object.keys(json.counters)) asDict(json.counters[name] as Record<string, number>)
  return {
    traits: asDict(json.traits),
    identifiers: asDict(json.identifiers),
    links: asDict(json.links),
    counters: asDict(json.counters) as Counters,
    consents: recordsFromJson(json.consents),
    firstSeen: json.firstSeen ?? Number.POSITIVE_INFINITY,
    lastSeen: json.lastSeen ?? Number.NEGATIVE_INFINITY,
    ...(json.told ? { told: asDict(json.told) } : {}),
  }
}
