import type { Condition } from '../segment/condition.ts'
import type { Percentiles } from '../segment/person-view.ts'
import type { Surroundings } from '../segment/surroundings.ts'

/** A condition that is no segment yet: what somebody wants to know of it. */
export interface TriedCondition {
  readonly condition: Condition
  /** It is read among the definitions of this version of the configuration or a newer one. */
  readonly configVersion: number
  /** Thresholds that the configuration does not have, by path. */
  readonly percentiles: Readonly<Record<string, Percentiles>>
  /** Epoch milliseconds. */
  readonly now: number
}

export function surroundingsFor(tried: TriedCondition, surroundings: Surroundings): Surroundings {
  const percentiles = new Map([...surroundings.percentiles, ...Object.entries(tried.percentiles)])
  return { ...surroundings, percentiles }
}
