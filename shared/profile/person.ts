import { bareName } from '../consent/consent.ts'
import { foldedIn } from '../segment/day-counters.ts'
import type { EventRef, FoldedEvents, PersonView, TraitHistory, TraitWrite } from '../segment/person-view.ts'
import { ALONE, among, type Surroundings } from '../segment/surroundings.ts'
import { consentOf, consentSeen } from './consents.ts'
import type { Leaf } from './leaf.ts'
import type { ProfileState } from './state.ts'
import { isDeleted, laterTrait, type Trait } from './trait.ts'

/** A profile as the evaluator of segments sees it. Events come from the timeline's index; what was pruned is only a number. */
export interface EventSource {
  matching(pattern: string): readonly EventRef[]
  /** What was written to a trait by the events that are still there, oldest first. */
  writesOf(name: string): readonly TraitWrite[]
}

/** `surroundings`: the workspace's other definitions, which conditions may read. */
export function personOf(state: ProfileState, history: EventSource, surroundings: Surroundings = ALONE): PersonView {
  return among(
    {
      known: isKnown(state),
      id: state.id,
      trait(name) {
        const trait = traitOf(state, name)
        return trait && !isDeleted(trait) ? { value: trait.value, at: trait.at } : undefined
      },
      traitHistory: (name) => traitHistoryOf(state, history, name),
      events: remembering((pattern) => history.matching(pattern)),
      folded: remembering((pattern) => foldedEvents(state, history, pattern)),
      identifiers: (type) => identifiersOf(state, type),
      // A name is a channel or a purpose, never both: whoever asks by the other word means the same.
      consent(_, name) {
        const write = consentOf(state, bareName(name))
        return write && consentSeen(write)
      },
    },
    surroundings,
  )
}

/** Many conditions ask for the same names, and a prefix is looked for among all events. */
function remembering<T>(find: (pattern: string) => T): (pattern: string) => T {
  const known = new Map<string, T>()
  return (pattern) => {
    const before = known.get(pattern)
    if (before !== undefined) return before
    const found = find(pattern)
    known.set(pattern, found)
    return found
  }
}

/** Nobody unknown is a member of anything: a profile is known once something was applied to it. */
export function isKnown(state: ProfileState): boolean {
  for (const id in state.leaves) if (state.leaves[id]?.lastSeen !== Number.NEGATIVE_INFINITY) return true
  return false
}

/** The join of one trait over all leaves. */
export function traitOf(state: ProfileState, name: string): Trait | undefined {
  let found: Trait | undefined
  for (const id in state.leaves) {
    const trait = state.leaves[id]?.traits[name]
    if (trait) found = found ? laterTrait(found, trait) : trait
  }
  return found
}

/** The writes after what was pruned; when there is none, the one that stands, which is all that is left of them. */
function traitHistoryOf(state: ProfileState, history: EventSource, name: string): TraitHistory {
  const standing = traitOf(state, name)
  // A trait that was not taken, because it is too large or one too many, was never written.
  if (!standing) return { writes: [], missingUpTo: Number.NEGATIVE_INFINITY }
  const writes = onePerInstant(history.writesOf(name))
  const { floor } = state
  if (floor === null) return { writes, missingUpTo: Number.NEGATIVE_INFINITY }
  const kept = writes.filter(({ at }) => at > floor.at)
  if (kept.length > 0) return { writes: kept, missingUpTo: floor.at }
  return { writes: [{ at: standing.at, value: standing.value }], missingUpTo: standing.at }
}

function onePerInstant(writes: readonly TraitWrite[]): readonly TraitWrite[] {
  return writes.filter(({ at }, i) => writes[i + 1]?.at !== at)
}

function foldedEvents(state: ProfileState, history: EventSource, pattern: string): readonly FoldedEvents[] {
  const { floor } = state
  // Nothing was pruned yet: every counted event is in the timeline.
  if (floor === null) return []
  const leaves = Object.values(state.leaves)
  const from = Math.min(...leaves.map(({ firstSeen }) => firstSeen))
  return foldedIn(
    leaves.map(({ counters }: Leaf) => counters),
    pattern,
    { events: history.matching(pattern), from, to: floor.at },
  )
}

function identifiersOf(state: ProfileState, type: string): readonly string[] {
  const values = new Map<string, string>()
  for (const id in state.leaves) {
    const held = state.leaves[id]?.identifiers
    for (const name in held) {
      const identifier = held[name]
      if (identifier?.type === type && !values.has(name)) values.set(name, identifier.value)
    }
  }
  return [...values.values()]
}
