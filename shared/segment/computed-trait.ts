import { z } from 'zod'
import type { JsonValue } from '../kernel/json.ts'
import { Aggregate, prepareAggregate } from './aggregate.ts'
import { Key } from './key.ts'
import type { PersonView } from './person-view.ts'
import { MOST_LOOKS, NO_CHANGE } from './signal.ts'

/** A value kept about everybody: `{ "key": "orders_30d", "name": "Orders", "aggregate": { "fn": "count", "event": "Order Completed" } }`. */
export const ComputedTrait = z
  .strictObject({ key: Key, name: z.string().min(1, 'must not be empty').max(255), aggregate: Aggregate })
  .meta({ id: 'ComputedTrait' })
export type ComputedTrait = z.infer<typeof ComputedTrait>

export interface ComputedValue {
  /** Null when there is no value. */
  readonly value: JsonValue
  /** False where the person at hand has less than the definition reads. */
  readonly known: boolean
  /** Epoch milliseconds; null when time alone changes nothing. */
  readonly nextChangeAt: number | null
}

/** What a computed trait is now, and when time alone changes it. */
export function evaluateComputed(
  definition: Pick<ComputedTrait, 'aggregate'>,
  person: PersonView,
  now: number,
): ComputedValue {
  if (!person.known) return { value: null, known: true, nextChangeAt: null }
  const timed = prepareAggregate(definition.aggregate)({ person, now, budget: { left: MOST_LOOKS } })
  const estimate = timed.at(now)
  const change = timed.changeAfter(now)
  return {
    value: estimate.kind === 'exact' ? (estimate.value ?? null) : null,
    known: estimate.kind === 'exact',
    nextChangeAt: change === NO_CHANGE ? null : change,
  }
}
