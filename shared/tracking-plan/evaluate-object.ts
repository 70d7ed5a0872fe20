import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { matchesPattern } from './pattern.ts'
import { at, type Run, report, type Seen, spend } from './run.ts'
import type { Schema } from './schema-keywords.ts'

/** What is said about an object: which properties it has, must have and may have. */
export function evaluateObject(run: Run, schema: JsonObject, value: JsonObject, seen: Seen): boolean {
  const verdicts = [
    evaluateRequired(run, schema, value),
    evaluateCount(run, schema, value),
    evaluateNames(run, schema, value),
    evaluateDependencies(run, schema, value, seen),
    evaluateProperties(run, schema, value, seen),
  ]
  // Last: it is about what all the others had no word about.
  return (
    evaluateRest(run, schema['unevaluatedProperties'] as Schema | undefined, value, seen) && verdicts.every(Boolean)
  )
}

function evaluateRequired(run: Run, schema: JsonObject, value: JsonObject): boolean {
  const names = new Set(texts(schema['required']))
  const dependent = schema['dependentRequired']
  if (isObject(dependent))
    for (const [name, more] of Object.entries(dependent))
      if (Object.hasOwn(value, name)) for (const one of texts(more)) names.add(one)
  spend(run, names.size >> 2)
  const missing = [...names].filter((name) => !Object.hasOwn(value, name))
  for (const name of missing) report(run, 'missing', 'is required', name)
  return missing.length === 0
}

function evaluateCount(run: Run, { minProperties, maxProperties }: JsonObject, value: JsonObject): boolean {
  const count = Object.keys(value).length
  if (typeof minProperties === 'number' && count < minProperties) return report(run, 'value', 'has too few properties')
  if (typeof maxProperties === 'number' && count > maxProperties) return report(run, 'value', 'has too many properties')
  return true
}

function evaluateNames(run: Run, { propertyNames }: JsonObject, value: JsonObject): boolean {
  if (propertyNames === undefined) return true
  const wrong = Object.keys(value).filter(
    (name) => !run.evaluate({ ...run, found: [] }, propertyNames as Schema, name, new Set()),
  )
  for (const name of wrong) report(run, 'unknown_property', 'has a name that is not planned', name)
  return wrong.length === 0
}

function evaluateDependencies(run: Run, schema: JsonObject, value: JsonObject, seen: Seen): boolean {
  let isValid = true
  for (const keyword of ['dependentSchemas', 'dependencies']) {
    const map = schema[keyword]
    if (!isObject(map)) continue
    for (const [name, then] of Object.entries(map)) {
      if (!Object.hasOwn(value, name)) continue
      if (Array.isArray(then)) isValid = evaluateRequired(run, { required: then }, value) && isValid
      else isValid = run.evaluate(run, then as Schema, value, seen) && isValid
    }
  }
  return isValid
}

function evaluateProperties(run: Run, schema: JsonObject, value: JsonObject, seen: Seen): boolean {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const patterns = isObject(schema['patternProperties']) ? Object.entries(schema['patternProperties']) : []
  const additional = schema['additionalProperties'] as Schema | undefined
  let isValid = true
  for (const [name, inner] of Object.entries(value)) {
    if (!spend(run, 1)) return false
    const planned = [
      own(properties, name),
      ...patterns.flatMap((entry) => (isMeant(run, entry[0], name) ? [entry[1]] : [])),
    ]
    const schemas = planned.filter((one) => one !== undefined) as Schema[]
    for (const one of schemas) isValid = evaluateProperty(run, one, name, inner) && isValid
    if (schemas.length === 0 && additional !== undefined)
      isValid = evaluateProperty(run, additional, name, inner) && isValid
    if (schemas.length > 0 || additional !== undefined) seen.add(name)
  }
  return isValid
}

function isMeant(run: Run, source: string, name: string): boolean {
  const pattern = run.compiled.patterns.get(source)
  return pattern !== undefined && matchesPattern(pattern, name, (steps) => spend(run, steps))
}

function evaluateProperty(run: Run, schema: Schema, name: string, value: JsonValue): boolean {
  if (schema === false) return report(run, 'unknown_property', 'is not planned', name)
  return run.evaluate(at(run, name), schema, value, new Set())
}

function evaluateRest(run: Run, rest: Schema | undefined, value: JsonObject, seen: Seen): boolean {
  if (rest === undefined) return true
  let isValid = true
  for (const [name, inner] of Object.entries(value)) {
    if (seen.has(name)) continue
    isValid = evaluateProperty(run, rest, name, inner) && isValid
    seen.add(name)
  }
  return isValid
}

function texts(list: JsonValue | undefined): readonly string[] {
  return Array.isArray(list) ? (list as readonly string[]) : []
}
