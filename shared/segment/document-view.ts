import { own } from '../kernel/json.ts'
import { foldedIn } from './day-counters.ts'
import { exactly, UNKNOWN } from './estimate.ts'
import type { FoldedEvents, PersonView, TraitHistory } from './person-view.ts'
import { consentKey, type ProfileDocument } from './profile-document.ts'
import { NO_CHANGE, type Signal } from './signal.ts'
import { ALONE, among, type Surroundings } from './surroundings.ts'

/**
 * A person as an audience shard knows them. There is no timeline: of events only how many there were on which day, of
 * traits only the last write. The same evaluator decides by these bounds, and says `unknown` where they do not decide.
 *
 * @law agrees with the profile's own view, or says unknown
 */
export function documentPerson(document: ProfileDocument, surroundings: Surroundings = ALONE): PersonView {
  const folds = new Map<string, readonly FoldedEvents[]>()
  const view = among(
    {
      known: true,
      id: document.id,
      trait: (name) => own(document.traits, name),
      traitHistory: (name): TraitHistory => {
        const trait = own(document.traits, name)
        // What is absent may have been deleted at any time until the person was last seen.
        return { writes: trait ? [trait] : [], missingUpTo: trait?.at ?? document.lastSeen }
      },
      events: () => [],
      folded(pattern) {
        let folded = folds.get(pattern)
        if (!folded) {
          const held = { events: [], from: document.firstSeen, to: document.lastSeen }
          folded = foldedIn([document.counters], pattern, held)
          folds.set(pattern, folded)
        }
        return folded
      },
      identifiers: (type) => own(document.identifiers, type) ?? [],
      consent: (kind, name) => own(document.consents, consentKey(kind, name)),
    },
    surroundings,
  )
  return {
    ...view,
    computed(key, looking) {
      const known = own(document.computed, key)
      if (!known) return view.computed(key, looking)
      const until = known.until ?? NO_CHANGE
      return {
        at: (t) => (t < until ? exactly(known.value ?? undefined) : UNKNOWN),
        changeAfter: (t) => (t < until ? until : NO_CHANGE),
      }
    },
    segment(key, looking) {
      const evaluated = view.segment(key, looking)
      // Where the document does not decide, what the profile told last stands.
      return evaluated && insteadOfUnknown(evaluated, Object.hasOwn(document.memberships, key))
    },
  }
}

function insteadOfUnknown(signal: Signal, told: boolean): Signal {
  const at = (t: number) => {
    const verdict = signal.at(t)
    return verdict === 'unknown' ? told : verdict
  }
  return {
    at,
    changeAfter(t) {
      let next = signal.changeAfter(t)
      while (next !== NO_CHANGE && at(next) === at(t)) next = signal.changeAfter(next)
      return next
    },
  }
}
