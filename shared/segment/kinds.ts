import { type Condition, childrenOf } from './condition.ts'
import { aggregateKind } from './kind/aggregate.ts'
import { bucket } from './kind/bucket.ts'
import { computed } from './kind/computed.ts'
import { consent } from './kind/consent.ts'
import { event } from './kind/event.ts'
import { firstEvent } from './kind/first-event.ts'
import { identifier } from './kind/identifier.ts'
import { lastEvent } from './kind/last-event.ts'
import { and, everyone, not, or } from './kind/logic.ts'
import { percentile } from './kind/percentile.ts'
import { regular } from './kind/regular.ts'
import { restarted } from './kind/restarted.ts'
import { returned } from './kind/returned.ts'
import { segment } from './kind/segment.ts'
import { sequence } from './kind/sequence.ts'
import { stopped } from './kind/stopped.ts'
import { trait } from './kind/trait.ts'
import { traitChanged } from './kind/trait-changed.ts'
import { traitHeld } from './kind/trait-held.ts'
import type { Kind } from './kind.ts'

/** Every type of condition with its kind. The compiler refuses a type without one. */
const kinds: { readonly [T in Condition['type']]: Kind<Extract<Condition, { type: T }>> } = {
  and,
  or,
  not,
  everyone,
  trait,
  trait_held: traitHeld,
  trait_changed: traitChanged,
  event,
  first_event: firstEvent,
  last_event: lastEvent,
  stopped,
  restarted,
  regular,
  returned,
  sequence,
  aggregate: aggregateKind,
  computed,
  percentile,
  segment,
  consent,
  identifier,
  bucket,
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
