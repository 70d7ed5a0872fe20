import { type Condition, childrenOf } from './condition.ts'
import { event } from './kind/event.ts'
import { and, everyone, not, or } from './kind/logic.ts'
import { returned } from './kind/returned.ts'
import { trait } from './kind/trait.ts'
import type { Kind } from './kind.ts'

/** Every type of condition with its kind. The compiler refuses a type without one. */
const kinds: { readonly [T in Condition['type']]: Kind<Extract<Condition, { type: T }>> } = {
  and,
  or,
  not,
  everyone,
  trait,
  event,
  returned,
}

/** The kind of a condition, for that condition. */
export function kindOf<C extends Condition>(condition: C): Kind<C> {
  // The table maps each literal of `type` to the kind of exactly that variant, which TypeScript cannot follow.
  return kinds[condition.type] as unknown as Kind<C>
}

/** Folds a condition from its leaves up: what is made of a condition is made from what was made of its children. */
export function fold<T>(condition: Condition, make: (condition: Condition, children: readonly T[]) => T): T {
  return make(
    condition,
    childrenOf(condition).map((child) => fold(child, make)),
  )
}
