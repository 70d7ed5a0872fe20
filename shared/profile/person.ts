import { type EventRef, matchesName, type PersonView } from '../segment/person-view.ts'
import { totalOf } from './counters.ts'
import type { ProfileState } from './state.ts'
import { isDeleted, laterTrait, type Trait } from './trait.ts'

/** A profile as the evaluator of segments sees it. Events come from the timeline's index; what was pruned is only a number. */
export interface EventSource {
  matching(pattern: string): readonly EventRef[]
}

export function personOf(state: ProfileState, history: EventSource): PersonView {
  return {
    known: isKnown(state),
    trait(name) {
      const trait = traitOf(state, name)
      return trait && !isDeleted(trait) ? { value: trait.value, at: trait.at } : undefined
    },
    events: (pattern) => history.matching(pattern),
    folded(pattern) {
      // Nothing was pruned yet: every counted event is in the timeline.
      if (state.floor === null) return 0
      return Math.max(0, countMatching(state, pattern) - history.matching(pattern).length)
    },
    foldedUpTo: state.floor?.at,
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

function countMatching(state: ProfileState, pattern: string): number {
  let total = 0
  for (const id in state.leaves) {
    const counters = state.leaves[id]?.counters ?? {}
    for (const name in counters) if (matchesName(pattern, name)) total += totalOf(counters, name)
  }
  return total
}
