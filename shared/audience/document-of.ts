import type { ComputedTraitDefinition } from '../config/workspace-config.ts'
import { type Dict, dict } from '../kernel/json.ts'
import { consentsInDocument } from '../profile/consents.ts'
import { addCounters } from '../profile/counters.ts'
import type { Definitions } from '../profile/definitions.ts'
import { emptyLeaf, type HeldIdentifier, joinIdentifier } from '../profile/leaf.ts'
import { type EventSource, isKnown, personOf } from '../profile/person.ts'
import type { ProfileState } from '../profile/state.ts'
import { isDeleted, laterTrait, type Trait } from '../profile/trait.ts'
import { evaluateComputed } from '../segment/computed-trait.ts'
import type { DocumentComputed, DocumentTrait, ProfileDocument } from '../segment/profile-document.ts'

/** There is nobody any more: merged away, erased, or without any data. What is known of them elsewhere goes. */
export interface Tombstone {
  readonly id: string
  readonly workspace: string
  readonly version: number
  readonly gone: true
}

/** What a profile has to tell its audience shard: how it is now, or that it is not. */
export type Telling = ProfileDocument | Tombstone

export function isTombstone(telling: Telling): telling is Tombstone {
  return 'gone' in telling
}

export interface Evaluated {
  /** Undefined while the configuration cannot be read: then no membership is left out. */
  readonly definitions: Definitions | undefined
  readonly computedTraits: readonly ComputedTraitDefinition[]
  readonly now: number
}

/** A profile as its audience shard shall hold it. */
export function tellingOf(state: ProfileState, history: EventSource, evaluated: Evaluated): Telling {
  const { id, workspace, version, redirect, erasedAt } = state
  if (redirect !== null || erasedAt !== undefined || !isKnown(state)) return { id, workspace, version, gone: true }
  return documentOf(state, history, evaluated)
}

export function documentOf(
  state: ProfileState,
  history: EventSource,
  { definitions, computedTraits, now }: Evaluated,
): ProfileDocument {
  const leaves = Object.values(state.leaves)
  const joined = emptyLeaf()
  for (const leaf of leaves) addCounters(joined.counters, leaf.counters)
  return {
    id: state.id,
    workspace: state.workspace,
    version: state.version,
    configVersion: state.configVersion,
    traits: traitsOf(state),
    identifiers: identifiersOf(state),
    counters: joined.counters,
    memberships: membershipsOf(state, definitions),
    consents: consentsInDocument(state),
    computed: computedOf(state, history, computedTraits, now),
    firstSeen: Math.min(...leaves.map((leaf) => leaf.firstSeen)),
    lastSeen: Math.max(...leaves.map((leaf) => leaf.lastSeen)),
  }
}

function traitsOf(state: ProfileState): Dict<DocumentTrait> {
  const joined = dict<Trait>()
  for (const leaf of Object.values(state.leaves)) {
    for (const name in leaf.traits) {
      const trait = leaf.traits[name] as Trait
      const other = joined[name]
      joined[name] = other ? laterTrait(other, trait) : trait
    }
  }
  const present = dict<DocumentTrait>()
  for (const name in joined) {
    const trait = joined[name] as Trait
    if (!isDeleted(trait)) present[name] = { value: trait.value, at: trait.at }
  }
  return present
}

function identifiersOf(state: ProfileState): Dict<string[]> {
  const held = new Map<string, HeldIdentifier>()
  for (const leaf of Object.values(state.leaves)) {
    for (const name in leaf.identifiers) {
      const identifier = leaf.identifiers[name] as HeldIdentifier
      const other = held.get(name)
      held.set(name, other ? joinIdentifier(other, identifier) : identifier)
    }
  }
  const inOrder = [...held].sort(([nameA, a], [nameB, b]) => a.firstSeen - b.firstSeen || (nameA < nameB ? -1 : 1))
  const byType = dict<string[]>()
  for (const [, { type, value }] of inOrder) (byType[type] ??= []).push(value)
  return byType
}

/** As last told, of the segments that there are: what was told about a deleted one is nobody's. */
function membershipsOf(state: ProfileState, definitions: Definitions | undefined): Dict<number> {
  const memberships = dict<number>()
  for (const key in state.segments) {
    const membership = state.segments[key]
    if (membership?.member && (!definitions || definitions.get(key))) memberships[key] = membership.since
  }
  return memberships
}

function computedOf(
  state: ProfileState,
  history: EventSource,
  definitions: readonly ComputedTraitDefinition[],
  now: number,
): Dict<DocumentComputed> {
  const computed = dict<DocumentComputed>()
  if (definitions.length === 0) return computed
  const person = personOf(state, history)
  for (const definition of definitions) {
    const { value, known, nextChangeAt } = evaluateComputed(definition, person, now)
    if (known) computed[definition.key] = { value, until: nextChangeAt }
  }
  return computed
}
