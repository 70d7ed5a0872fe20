import { z } from 'zod'
import { all } from './junction.ts'
import { rangeFault } from './operators.ts'
import { type Budget, opposite, type Signal } from './signal.ts'

const Times = z.int('must be a whole number').min(0, 'must not be negative')

/** How often something must have happened. Without it: at least once. */
export const Count = z
  .strictObject({
    op: z.enum(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'between']),
    value: z.union(
      [Times, z.tuple([Times, Times])],
      'must be a whole number, not negative; for between, a list of two',
    ),
  })
  .superRefine(({ op, value }, context) => {
    const fault =
      op === 'between' ? rangeFault(value) : Array.isArray(value) ? 'must be one whole number, not negative' : undefined
    if (fault) context.addIssue({ code: 'custom', path: ['value'], message: fault })
  })
export type Count = z.infer<typeof Count>

export const ONCE: Count = { op: 'gte', value: 1 }

/** Every test on a count is one of thresholds, so whoever can say "at least n" can say them all. */
export function countSignal({ op, value }: Count, atLeast: (n: number) => Signal, budget: Budget): Signal {
  const [low, high] = typeof value === 'number' ? [value, value] : value
  const within = () => all([atLeast(low), opposite(atLeast(high + 1))], budget)
  switch (op) {
    case 'gte':
      return atLeast(low)
    case 'gt':
      return atLeast(low + 1)
    case 'lt':
      return opposite(atLeast(low))
    case 'lte':
      return opposite(atLeast(low + 1))
    case 'eq':
    case 'between':
      return within()
    case 'neq':
      return opposite(within())
  }
}

/** The greatest n of which "at least n" is asked: a count need not be known any further. */
export function mostCounted({ value }: Count): number {
  return (typeof value === 'number' ? value : value[1]) + 1
}

export function countInWords({ op, value }: Count): string {
  const [low, high] = typeof value === 'number' ? [value, value] : value
  switch (op) {
    case 'gte':
      return `at least ${times(low)}`
    case 'gt':
      return `more than ${times(low)}`
    case 'lt':
      return `fewer than ${times(low)}`
    case 'lte':
      return `at most ${times(low)}`
    case 'eq':
      return `exactly ${times(low)}`
    case 'neq':
      return `any number of times but ${low}`
    case 'between':
      return `between ${low} and ${times(high)}`
  }
}

function times(n: number): string {
  return n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`
}
