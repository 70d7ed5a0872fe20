import { z } from 'zod'
import type { JsonValue } from '../../kernel/json.ts'
import type { Kind } from '../kind.ts'
import { numberOf, rangeFault, testOf } from '../operators.ts'
import { follow, Path, restOf, topOf } from '../path.ts'
import { isPercentile, percentileIn } from '../percentiles.ts'
import type { PersonView } from '../person-view.ts'
import { constant } from '../signal.ts'
import { named } from '../words.ts'

const Rank = z
  .number()
  .min(0, 'must not be below 0')
  .max(100, 'must not be above 100')
  .refine(isPercentile, 'must not have more than one decimal')

/**
 * A numeric trait among those of all profiles: `{ "type": "percentile", "path": "ltv", "op": "gte", "value": 90 }` is at
 * least what the ninetieth of a hundred has (nearest rank), which is the top tenth.
 */
export const Percentile = z
  .strictObject({
    type: z.literal('percentile'),
    path: Path,
    op: z.enum(['gt', 'gte', 'lt', 'lte', 'between']),
    value: z.union([Rank, z.tuple([Rank, Rank])], 'must be a number from 0 to 100; for between, a list of two'),
  })
  .superRefine(({ op, value }, context) => {
    const fault = op === 'between' ? rangeFault(value) : Array.isArray(value) ? 'must be one number' : undefined
    if (fault) context.addIssue({ code: 'custom', path: ['value'], message: fault })
  })
  .meta({ description: "A numeric trait compared with the workspace's percentiles, by nearest rank" })
export type Percentile = z.infer<typeof Percentile>

export const percentile: Kind<Percentile> = {
  prepare: ({ path, op, value }) => {
    const top = topOf(path)
    const rest = restOf(path)
    return ({ person }) => {
      const found = follow(person.trait(top)?.value, rest)
      const n = found === undefined ? undefined : numberOf(found)
      if (n === undefined) return constant(false)
      const operand = thresholds(person, path, value)
      if (operand === undefined) return constant('unknown')
      const { from, until } = testOf(op, operand)(n)
      return constant(from < until)
    }
  },
  reads: ({ path }) => ({ traits: [topOf(path)], percentiles: [path] }),
  sentence({ path, op, value }) {
    const [low, high] = typeof value === 'number' ? [value, value] : value
    const rank = (n: number) => `the ${n}${ending(n)} percentile`
    return op === 'between'
      ? `${named(path)} is between ${rank(low)} and ${rank(high)}`
      : `${named(path)} ${WORDS[op]} ${rank(low)}`
  },
  evidence({ path, value }, { person }) {
    const found = follow(person.trait(topOf(path))?.value, restOf(path))
    const threshold = thresholds(person, path, value)
    return { trait: path, ...(found !== undefined && { value: found }), ...(threshold !== undefined && { threshold }) }
  },
}

function thresholds(person: PersonView, path: string, ranks: Percentile['value']): JsonValue | undefined {
  const values = person.percentiles(path)
  if (!values) return undefined
  if (typeof ranks === 'number') return percentileIn(values, ranks)
  const [low, high] = [percentileIn(values, ranks[0]), percentileIn(values, ranks[1])]
  return low === undefined || high === undefined ? undefined : [low, high]
}

const WORDS = { gt: 'is above', gte: 'is at or above', lt: 'is below', lte: 'is at or below' }

function ending(n: number): string {
  if (!Number.isInteger(n)) return 'th'
  if (n % 100 >= 11 && n % 100 <= 13) return 'th'
  return ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'
}
