import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { hasFormat } from './format.ts'
import { matchesPattern } from './pattern.ts'
import { isSame, type Run, report, spend } from './run.ts'

/** What is said about a value as a whole: its type, its choices, and the bounds of numbers and texts. */
export function evaluateScalar(run: Run, schema: JsonObject, value: JsonValue): boolean {
  const verdicts = [
    evaluateType(run, schema['type'], value),
    evaluateChoices(run, schema, value),
    typeof value === 'number' ? evaluateNumber(run, schema, value) : true,
    typeof value === 'string' ? evaluateText(run, schema, value) : true,
  ]
  return verdicts.every(Boolean)
}

/** `1.0` is an integer: JSON has one kind of numbers. */
export function typeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value !== 'number') return typeof value
  return Number.isInteger(value) ? 'integer' : 'number'
}

function evaluateType(run: Run, planned: JsonValue | undefined, value: JsonValue): boolean {
  if (planned === undefined) return true
  const types = Array.isArray(planned) ? planned : [planned]
  const type = typeOf(value)
  if (types.includes(type) || (type === 'integer' && types.includes('number'))) return true
  return report(run, 'type', `is ${type}, planned is ${types.join(' or ')}`)
}

function evaluateChoices(run: Run, schema: JsonObject, value: JsonValue): boolean {
  const choices = schema['enum']
  const only = schema['const']
  let isValid = true
  if (Array.isArray(choices) && !choices.some((choice) => isSame(run, choice as JsonValue, value)))
    isValid = report(run, 'value', `is none of the ${choices.length} planned values`)
  if (only !== undefined && !isSame(run, only, value)) isValid = report(run, 'value', 'is not the planned value')
  return isValid
}

function evaluateNumber(run: Run, schema: JsonObject, value: number): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const faults = [
    isNumber(minimum) && (value < minimum || (exclusiveMinimum === true && value === minimum)) && 'is too small',
    isNumber(maximum) && (value > maximum || (exclusiveMaximum === true && value === maximum)) && 'is too large',
    isNumber(exclusiveMinimum) && value <= exclusiveMinimum && 'is too small',
    isNumber(exclusiveMaximum) && value >= exclusiveMaximum && 'is too large',
    isNumber(multipleOf) && !isMultiple(value, multipleOf) && `is no multiple of ${multipleOf}`,
  ]
  return reportAll(run, faults)
}

/** 0.3 is a multiple of 0.1, whatever binary fractions say. */
function isMultiple(value: number, of: number): boolean {
  const quotient = value / of
  if (!Number.isFinite(quotient)) return value % of === 0
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient))
}

function evaluateText(run: Run, schema: JsonObject, value: string): boolean {
  const { minLength, maxLength, pattern: source, format } = schema
  const needsLength = isNumber(minLength) || isNumber(maxLength)
  const length = needsLength ? Array.from(value).length : 0
  const pattern = typeof source === 'string' ? run.compiled.patterns.get(source) : undefined
  spend(run, 1 + (value.length >> 6))
  const faults = [
    isNumber(minLength) && length < minLength && 'is too short',
    isNumber(maxLength) && length > maxLength && 'is too long',
    pattern && !matchesPattern(pattern, value, (steps) => spend(run, steps)) && 'does not match the pattern',
    typeof format === 'string' && !hasFormat(format, value) && `is no ${format}`,
  ]
  return reportAll(run, faults)
}

function reportAll(run: Run, faults: readonly (string | false | undefined)[]): boolean {
  const words = faults.filter((fault) => typeof fault === 'string')
  for (const fault of words) report(run, 'value', fault)
  return words.length === 0
}

function isNumber(value: JsonValue | undefined): value is number {
  return typeof value === 'number'
}
