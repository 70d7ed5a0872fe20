import { mayJoinAlone } from './caution.ts'
import { crowdsOf } from './crowd.ts'
import { type Explanation, explain, type Model, match, priorOf } from './model.ts'
import type { Prepared } from './record.ts'

/** What one person is to another: on the whole, and field by field. */
export interface Judgement {
  /** The mean over all pairs of their records (average link). */
  readonly probability: number
  /** Of the pair whose probability is the nearest to the mean: what the two mostly say. */
  readonly weights: Explanation['weights']
  /** Nothing forbids a rule to join them (caution.ts). */
  readonly mayJoinAlone: boolean
}

/**
 * Judges a person against candidates, each with all its records. Who shares a value is counted among them: they were found
 * by what they share, so a mailbox of many is seen here.
 */
export function judge(
  model: Model,
  own: readonly Prepared[],
  candidates: readonly (readonly Prepared[])[],
): readonly Judgement[] {
  const crowds = crowdsOf(model.schema, [...own, ...candidates.flat()])
  const here = { ...model, crowds }
  const prior = priorOf(model)
  return candidates.map((others) => {
    const pairs = own.flatMap((a) => others.map((b) => ({ a, b, probability: match(here, a, b, prior) })))
    const probability = pairs.reduce((sum, pair) => sum + pair.probability, 0) / Math.max(1, pairs.length)
    const distance = (pair: (typeof pairs)[number]) => Math.abs(pair.probability - probability)
    const [first, ...rest] = pairs
    if (first === undefined) return { probability: 0, weights: [], mayJoinAlone: false }
    const typical = rest.reduce((best, pair) => (distance(pair) < distance(best) ? pair : best), first)
    return {
      probability,
      weights: explain(here, typical.a, typical.b, prior).weights,
      mayJoinAlone: pairs.every(({ a, b }) => mayJoinAlone(model.schema, a, b)),
    }
  })
}
