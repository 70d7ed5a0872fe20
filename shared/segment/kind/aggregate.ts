import { z } from 'zod'
import { aggregateInWords, checkProperty, aggregate as fields, prepareAggregate } from '../aggregate.ts'
import { checkOperand, testInWords } from '../comparison.ts'
import { type Count, countSignal, mostCounted } from '../count.ts'
import { comparisonSignal } from '../estimate.ts'
import type { Kind } from '../kind.ts'
import { findOccurrences, prepareCounting } from '../occurrences.ts'
import { phrase } from '../words.ts'

/**
 * A value computed on the spot and compared: `{ "type": "aggregate", "fn": "sum", "event": "Order Completed",
 * "property": "total", "window": { "last": "30d" }, "op": "gte", "value": 100 }`.
 */
export const AggregateCondition = z
  .strictObject({
    type: z.literal('aggregate'),
    fn: z.enum(['count', 'sum', 'avg', 'min', 'max', 'unique_count']),
    ...fields,
    op: z.enum(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'between', 'exists', 'not_exists']),
    value: z.json().optional(),
  })
  .superRefine(checkProperty)
  .superRefine(checkOperand)
  .superRefine(({ op, value }, context) => {
    if ((op !== 'eq' && op !== 'neq') || value === undefined || typeof value === 'number') return
    context.addIssue({ code: 'custom', path: ['value'], message: 'must be a number' })
  })
  .meta({ description: 'A value made of events, compared' })
export type AggregateCondition = z.infer<typeof AggregateCondition>

export const aggregateKind: Kind<AggregateCondition> = {
  prepare(condition) {
    const count = countOf(condition)
    if (count) {
      // Counting alone needs positions, not values, and no walk over what comes and goes.
      const { event: name, where, window } = condition
      const prepared = prepareCounting({ name, where, window }, mostCounted(count))
      return (moment) => countSignal(count, prepared(moment), moment.budget)
    }
    const prepared = prepareAggregate(condition)
    return (moment) => comparisonSignal(prepared(moment), condition.op, condition.value, moment.budget)
  },
  reads: ({ event }) => ({ events: [event] }),
  sentence: (condition) => phrase(aggregateInWords(condition), testInWords(condition)),
  evidence({ event: name, where, window, ...condition }, moment) {
    const estimate = prepareAggregate({ event: name, where, window, ...condition })(moment).at(moment.now)
    return {
      ...findOccurrences({ name, where, window }, moment),
      ...(estimate.kind === 'exact' && estimate.value !== undefined && { value: estimate.value }),
    }
  },
}

/** The same question as one about a count, where it is one. */
function countOf({ fn, property, op, value }: AggregateCondition): Count | undefined {
  if (fn !== 'count' || property !== undefined || op === 'exists' || op === 'not_exists') return undefined
  const whole = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0
  if (op !== 'between') return whole(value) ? { op, value } : undefined
  const [low, high] = value as unknown as readonly [number, number]
  return whole(low) && whole(high) ? { op, value: [low, high] } : undefined
}
