import type { Condition } from './condition.ts'
import type { Prepared } from './kind.ts'
import { fold, kindOf } from './kinds.ts'
import type { PersonView } from './person-view.ts'
import { constant, MOST_LOOKS, NO_CHANGE, type Verdict } from './signal.ts'

/**
 * The one evaluator: whether a person is a member of a segment now, and when the answer next changes by time alone. The
 * profile object, the audience shard, previews and tests all ask here.
 *
 * @law agrees with a naive evaluator for every condition, person and instant
 * @law the verdict is constant until nextChangeAt, and another one at it
 * @law nobody unknown is a member of anything
 */
export interface Evaluation {
  /** `unknown` only where the person at hand has less than the condition reads. */
  readonly member: Verdict
  /** Epoch milliseconds; null when time alone changes nothing. */
  readonly nextChangeAt: number | null
}

export function evaluate(condition: Condition, person: PersonView, now: number): Evaluation {
  return prepare(condition).evaluate(person, now)
}

/** A condition compiled for many people or many instants. */
export interface PreparedCondition {
  evaluate(person: PersonView, now: number): Evaluation
  /** Only the verdict, which is cheaper than also looking ahead. */
  member(person: PersonView, now: number): Verdict
}

export function prepare(condition: Condition): PreparedCondition {
  const prepared = prepareSignal(condition)
  const signalFor = (person: PersonView, now: number) => prepared({ person, now, budget: { left: MOST_LOOKS } })
  return {
    evaluate(person, now) {
      const signal = signalFor(person, now)
      const change = signal.changeAfter(now)
      return { member: signal.at(now), nextChangeAt: change === NO_CHANGE ? null : change }
    },
    member: (person, now) => signalFor(person, now).at(now),
  }
}

/** The verdict of a condition over time. Nobody unknown is a member of anything, at any time. */
export function prepareSignal(condition: Condition): Prepared {
  const prepared = fold<Prepared>(condition, (node, children) => kindOf(node).prepare(node, children))
  return (moment) => (moment.person.known ? prepared(moment) : constant(false))
}
