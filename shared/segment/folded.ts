import type { EventRef, PersonView } from './person-view.ts'
import { constant, type Signal, switching } from './signal.ts'
import type { Span } from './window.ts'

/**
 * Events that the timeline has pruned: how many there were is known, when and with which properties is not, except that
 * none is later than `upTo`. This is where `unknown` comes from.
 */
export interface Folded {
  readonly count: number
  /** Infinity when nothing says so. */
  readonly upTo: number
}

export function folded(person: PersonView, pattern: string): Folded {
  const count = person.folded(pattern)
  if (count <= 0) return { count: 0, upTo: -Infinity }
  const oldestHeld = person.events(pattern)[0] as EventRef | undefined
  return { count, upTo: Math.min(person.foldedUpTo ?? Infinity, oldestHeld?.at ?? Infinity) }
}

/** Whether all folded events are inside of a window (true), none is (false), or nobody can say. */
export function foldedSignal(older: Folded, span: Span, tested: boolean): Signal {
  const ever = span.from === -Infinity && span.to === Infinity && span.leavesAfter === Infinity
  if (ever) {
    if (tested) return constant('unknown')
    // Without a bound they are taken to be past: pruning takes the oldest first.
    return older.upTo === Infinity ? constant(true) : switching('unknown', older.upTo, true)
  }
  if (span.from > older.upTo) return constant(false)
  return switching('unknown', older.upTo + span.leavesAfter, false)
}
