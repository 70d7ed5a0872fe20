import { HOUR } from '../kernel/instant.ts'
import type { Condition } from './condition.ts'
import { fold } from './kinds.ts'
import { testOf } from './operators.ts'
import { follow, restOf, topOf } from './path.ts'
import type { PersonView } from './person-view.ts'

/**
 * Instants at which a condition may change for many people at once: the ends of what a date in a trait opens, when that
 * date is on the full hour, as calendar dates are (`"renews_on": "2026-04-01"`). All of a workspace would wake at once.
 * Whatever depends on when this person did something is their own.
 */
export function sharedInstantsOf(condition: Condition): ((person: PersonView) => ReadonlySet<number>) | undefined {
  const dates = fold<readonly Extract<Condition, { type: 'trait' }>[]>(condition, (node, children) => [
    ...(node.type === 'trait' && (node.op === 'within_last' || node.op === 'within_next') ? [node] : []),
    ...children.flat(),
  ])
  if (dates.length === 0) return undefined
  const tests = dates.map(({ path, op, value }) => ({ top: topOf(path), rest: restOf(path), test: testOf(op, value) }))
  return (person) =>
    new Set(
      tests.flatMap(({ top, rest, test }) => {
        const { from, until } = test(follow(person.trait(top)?.value, rest))
        return [from, until].filter((edge) => edge % HOUR === 0)
      }),
    )
}
