import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import { checkOperand, comparison, comparisonInWords } from './comparison.ts'
import { testOf } from './operators.ts'
import { follow, Path } from './path.ts'
import { ALWAYS, NEVER, overlap, type Period } from './period.ts'
import { series } from './words.ts'

/** What must hold on the properties of one event: all tests of a list. */
export const MOST_TESTS = 20

export const PropertyTest = z.strictObject({ property: Path, ...comparison }).superRefine(checkOperand)
export type PropertyTest = z.infer<typeof PropertyTest>

export const Where = z.array(PropertyTest).max(MOST_TESTS, `must not have more than ${MOST_TESTS} tests`)
export type Where = z.infer<typeof Where>

/** When an event with these properties passes. */
export type EventTest = (properties: JsonObject) => Period

/** Compiles a list of tests; undefined when it says nothing, so that nobody reads properties in vain. */
export function eventTest(where: Where | undefined): EventTest | undefined {
  if (where === undefined || where.length === 0) return undefined
  const tests = where.map(({ property, op, value }) => ({ keys: property.split('.'), test: testOf(op, value) }))
  return (properties) => {
    let period = ALWAYS
    for (const { keys, test } of tests) {
      period = overlap(period, test(follow(properties, keys)))
      if (period === NEVER) return NEVER
    }
    return period
  }
}

export function whereInWords(where: Where | undefined): string {
  if (where === undefined || where.length === 0) return ''
  return `(where ${series(
    where.map((test) => comparisonInWords(test.property, test)),
    'and',
  )})`
}
