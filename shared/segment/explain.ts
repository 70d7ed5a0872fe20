import { toIso } from '../kernel/instant.ts'
import type { Condition } from './condition.ts'
import { type Evaluation, prepare } from './evaluate.ts'
import type { Evidence } from './kind.ts'
import { fold, kindOf } from './kinds.ts'
import type { PersonView } from './person-view.ts'
import { sentence } from './sentence.ts'
import { MOST_LOOKS } from './signal.ts'

/**
 * Why someone is in or out: the verdict of every condition of a tree with the facts behind it. A document for people
 * and for `/explain`, so its instants are ISO 8601 text.
 *
 * @law the verdict of every node is what `evaluate` says of that condition alone
 */
export interface Explanation {
  readonly type: Condition['type']
  readonly sentence: string
  readonly member: Evaluation['member']
  readonly nextChangeAt: string | null
  /** The trait's value and its time; the matching events and the window's ends. */
  readonly evidence?: Evidence
  readonly because?: readonly Explanation[]
}

export function explain(condition: Condition, person: PersonView, now: number): Explanation {
  return fold<Explanation>(condition, (node, children) => {
    const { member, nextChangeAt } = prepare(node).evaluate(person, now)
    const evidence = person.known
      ? kindOf(node).evidence?.(node, { person, now, budget: { left: MOST_LOOKS } })
      : { known: false }
    return {
      type: node.type,
      sentence: sentence(node),
      member,
      nextChangeAt: nextChangeAt === null ? null : toIso(nextChangeAt),
      ...(evidence && { evidence }),
      ...(children.length > 0 && { because: children }),
    }
  })
}
