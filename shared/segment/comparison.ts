import { z } from 'zod'
import type { JsonValue } from '../kernel/json.ts'
import { durationInWords } from './duration.ts'
import { OPERATOR_NAMES, OPERATORS, type Operator, operandFault } from './operators.ts'
import { named, phrase, quoted, series } from './words.ts'

/** An operator with its operand, as it stands in conditions on traits and in tests on properties. */
export const comparison = {
  op: z.enum(OPERATOR_NAMES),
  value: z.json().optional().meta({ description: 'What the operator takes; absent for exists and not_exists' }),
}

export interface Comparison {
  readonly op: Operator
  readonly value?: JsonValue | undefined
}

/** A zod refinement: the operand is one that the operator takes. */
export function checkOperand({ op, value }: Comparison, context: z.RefinementCtx): void {
  const message = operandFault(op, value)
  if (message) context.addIssue({ code: 'custom', path: ['value'], message })
}

/** `plan is "pro"`, `country is one of "DE", "AT" or "CH"`. */
export function comparisonInWords(name: string, comparison: Comparison): string {
  return phrase(named(name), testInWords(comparison))
}

/** `is "pro"`, after whatever is compared. */
export function testInWords({ op, value }: Comparison): string {
  return phrase(OPERATORS[op].words, operandInWords(op, value))
}

function operandInWords(op: Operator, value: JsonValue | undefined): string {
  switch (OPERATORS[op].takes) {
    case 'nothing':
      return ''
    case 'duration':
      return durationInWords(String(value))
    case 'instant':
      return String(value)
    case 'numbers':
      return series((value as readonly number[]).map(String), 'and')
    case 'values':
      return series((value as readonly JsonValue[]).map(quoted), op === 'array_contains_all' ? 'and' : 'or')
    case 'value':
    case 'text':
    case 'number':
      return quoted(value)
  }
}
