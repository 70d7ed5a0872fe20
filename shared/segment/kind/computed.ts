import { z } from 'zod'
import { checkOperand, comparison, comparisonInWords } from '../comparison.ts'
import { comparisonSignal } from '../estimate.ts'
import { Key } from '../key.ts'
import type { Kind } from '../kind.ts'
import { constant } from '../signal.ts'

/** A computed trait compared with a value: `{ "type": "computed", "key": "orders_30d", "op": "gte", "value": 2 }`. */
export const Computed = z
  .strictObject({ type: z.literal('computed'), key: Key, ...comparison })
  .superRefine(checkOperand)
  .meta({ description: 'A computed trait compared with a value' })
export type Computed = z.infer<typeof Computed>

export const computed: Kind<Computed> = {
  prepare:
    ({ key, op, value }) =>
    (moment) => {
      const estimates = moment.person.computed(key, moment)
      return estimates ? comparisonSignal(estimates, op, value, moment.budget) : constant('unknown')
    },
  reads: ({ key }) => ({ computed: [key] }),
  sentence: (condition) => `computed trait ${comparisonInWords(condition.key, condition)}`,
  evidence({ key }, moment) {
    const estimate = moment.person.computed(key, moment)?.at(moment.now)
    return {
      computed: key,
      ...(estimate?.kind === 'exact' && estimate.value !== undefined && { value: estimate.value }),
    }
  },
}
