import { z } from 'zod'
import { comparison, comparisonInWords } from './comparison.ts'
import { OPERATORS, operandFault } from './operators.ts'
import { Path } from './path.ts'
import { MOST_TESTS } from './where.ts'
import { named, phrase, series } from './words.ts'

/** Operands that another event's property can stand for. */
export const REFERABLE: ReadonlySet<string> = new Set(['value', 'text', 'number', 'instant'])

/** A test within a sequence: with a value that is written down, or with that of an earlier step. */
export const StepTest = z
  .strictObject({
    property: Path,
    ...comparison,
    valueFrom: z
      .strictObject({ step: z.int('must be a whole number').min(0, 'must not be negative'), property: Path })
      .optional()
      .meta({ description: 'In place of `value`: what an earlier step has, counted from 0' }),
  })
  .superRefine(({ op, value, valueFrom }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (valueFrom === undefined) {
      const message = operandFault(op, value)
      if (message) fault('value', message)
    } else if (value !== undefined) fault('valueFrom', 'must not stand beside `value`')
    else if (!REFERABLE.has(OPERATORS[op].takes)) fault('valueFrom', `${op} cannot compare with an earlier step`)
  })
export type StepTest = z.infer<typeof StepTest>

export const StepWhere = z.array(StepTest).max(MOST_TESTS, `must not have more than ${MOST_TESTS} tests`)

export function stepWhereInWords(where: readonly StepTest[] | undefined): string {
  if (where === undefined || where.length === 0) return ''
  const words = where.map(({ property, valueFrom, ...comparison }) =>
    valueFrom
      ? phrase(
          named(property),
          OPERATORS[comparison.op].words,
          named(valueFrom.property),
          `of step ${valueFrom.step + 1}`,
        )
      : comparisonInWords(property, comparison),
  )
  return `(where ${series(words, 'and')})`
}
