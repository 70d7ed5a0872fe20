import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { at, attempt, type Run, report, type Seen, spend } from './run.ts'
import type { Schema } from './schema-keywords.ts'

/** What is said about an array: its elements, how many, and whether one comes twice. */
export function evaluateArray(run: Run, schema: JsonObject, value: readonly JsonValue[], seen: Seen): boolean {
  const verdicts = [
    evaluateLength(run, schema, value),
    evaluateContains(run, schema, value, seen),
    evaluateItems(run, schema, value, seen),
  ]
  const rest = schema['unevaluatedItems'] as Schema | undefined
  if (rest !== undefined)
    for (const [i, item] of value.entries()) {
      if (!seen.has(String(i))) verdicts.push(run.evaluate(at(run, i), rest, item, new Set()))
      seen.add(String(i))
    }
  return verdicts.every(Boolean)
}

function evaluateLength(run: Run, schema: JsonObject, value: readonly JsonValue[]): boolean {
  const { minItems, maxItems, uniqueItems } = schema
  if (typeof minItems === 'number' && value.length < minItems) return report(run, 'value', 'has too few elements')
  if (typeof maxItems === 'number' && value.length > maxItems) return report(run, 'value', 'has too many elements')
  if (uniqueItems !== true) return true
  const texts = value.map(canonicalJson)
  const chars = texts.reduce((sum, text) => sum + text.length, 0)
  if (!spend(run, value.length + (chars >> 3))) return false
  return new Set(texts).size === value.length || report(run, 'value', 'has an element twice')
}

function evaluateContains(run: Run, schema: JsonObject, value: readonly JsonValue[], seen: Seen): boolean {
  const { contains, minContains, maxContains } = schema
  if (contains === undefined) return true
  const matching = [...value.keys()].filter(
    (i) => attempt(at(run, i), contains as Schema, value[i] as JsonValue, new Set()) === undefined,
  )
  for (const i of matching) seen.add(String(i))
  const least = typeof minContains === 'number' ? minContains : 1
  const most = typeof maxContains === 'number' ? maxContains : Number.POSITIVE_INFINITY
  if (matching.length < least) return report(run, 'value', 'has too few elements of a planned kind')
  return matching.length <= most || report(run, 'value', 'has too many elements of a planned kind')
}

function evaluateItems(run: Run, schema: JsonObject, value: readonly JsonValue[], seen: Seen): boolean {
  const { items, prefixItems, additionalItems } = schema
  // Before 2020-12 a list of first elements stood in `items`, and the rest in `additionalItems`.
  const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : []
  const rest = (Array.isArray(items) ? additionalItems : items) as Schema | undefined
  let isValid = true
  for (const [i, item] of value.entries()) {
    if (!spend(run, 1)) return false
    const planned = i < first.length ? (first[i] as Schema) : rest
    if (planned === undefined) continue
    isValid = run.evaluate(at(run, i), planned, item, new Set()) && isValid
    seen.add(String(i))
  }
  return isValid
}
