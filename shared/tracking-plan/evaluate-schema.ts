import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { CompiledSchema } from './compile-schema.ts'
import { evaluateArray } from './evaluate-array.ts'
import { evaluateObject } from './evaluate-object.ts'
import { evaluateScalar } from './evaluate-scalar.ts'
import { attempt, MOST_FOUND, type Run, report, type Seen, spend } from './run.ts'
import type { Schema } from './schema-keywords.ts'
import type { Found, Place } from './violation.ts'

/** Some tenths of a second at worst; an ordinary event takes a hundred steps, the largest some ten thousand. */
const MOST_STEPS = 100_000
const MOST_FRAMES = 400

/**
 * A value against a schema: everything that is wrong with it, by kind and path. Written anew because neither value nor
 * schema may cost more than they are allowed to: every step is paid for out of one purse, and when it is empty the value
 * counts as not valid. What is valid is the same as for @cfworker/json-schema, by a property test.
 */
export function evaluateSchema(compiled: CompiledSchema, value: JsonValue, place: Place): readonly Found[] {
  const purse = { left: MOST_STEPS }
  const found: Found[] = []
  evaluate({ compiled, purse, found, place, depth: 0, evaluate }, compiled.root, value, new Set())
  if (purse.left > 0) return found
  return [{ kind: 'value', path: place, message: 'is too much to be checked against this schema' }, ...found]
}

function evaluate(run: Run, schema: Schema, value: JsonValue, seen: Seen): boolean {
  if (run.depth > MOST_FRAMES) run.purse.left = 0
  if (!spend(run, 1)) return false
  if (schema === true) return true
  if (schema === false) return report(run, 'value', 'is not allowed')
  const mine: Seen = new Set()
  const inner = { ...run, depth: run.depth + 1 }
  // All are looked at, so that everything that is wrong is said at once.
  const verdicts = [
    evaluateReference(inner, schema, value, mine),
    evaluateScalar(inner, schema, value),
    evaluateBranches(inner, schema, value, mine),
    isObject(value) ? evaluateObject(inner, schema, value, mine) : true,
    Array.isArray(value) ? evaluateArray(inner, schema, value as readonly JsonValue[], mine) : true,
  ]
  const isValid = verdicts.every(Boolean)
  if (isValid) for (const name of mine) seen.add(name)
  return isValid
}

function evaluateReference(run: Run, schema: JsonObject, value: JsonValue, seen: Seen): boolean {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return true
  const target = run.compiled.targets.get(reference)
  return target === undefined || evaluate(run, target, value, seen)
}

function evaluateBranches(run: Run, schema: JsonObject, value: JsonValue, seen: Seen): boolean {
  const verdicts = [
    listOf(schema, 'allOf').map((one) => evaluate(run, one, value, seen)),
    evaluateChoice(run, listOf(schema, 'anyOf'), value, seen, Number.POSITIVE_INFINITY),
    evaluateChoice(run, listOf(schema, 'oneOf'), value, seen, 1),
    evaluateNot(run, schema, value),
    evaluateIf(run, schema, value, seen),
  ]
  return verdicts.flat().every(Boolean)
}

function listOf(schema: JsonObject, keyword: string): readonly Schema[] {
  const list = schema[keyword]
  return Array.isArray(list) ? (list as readonly Schema[]) : []
}

/**
 * Of several forms the one that was meant is told about: if all but one are of another type than the value, that one.
 */
function evaluateChoice(run: Run, options: readonly Schema[], value: JsonValue, seen: Seen, most: number): boolean {
  if (options.length === 0) return true
  const tried = options.map((option) => {
    const mine: Seen = new Set()
    return { mine, found: attempt(run, option, value, mine) }
  })
  const matching = tried.filter(({ found }) => found === undefined)
  if (matching.length > most) return report(run, 'value', 'matches more than one of the forms that exclude each other')
  for (const { mine } of matching) for (const name of mine) seen.add(name)
  if (matching.length > 0) return true
  const isOfOtherType = (found: readonly Found[] = []) =>
    found.some(({ kind, path }) => kind === 'type' && path.length === run.place.length)
  const meant = tried.filter(({ found }) => !isOfOtherType(found))
  if (meant.length === 0) return report(run, 'type', 'is of none of the planned types')
  if (meant.length > 1) return report(run, 'value', 'has none of the planned forms')
  run.found.push(...(meant[0]?.found ?? []).slice(0, Math.max(0, MOST_FOUND - run.found.length)))
  return false
}

function evaluateNot(run: Run, schema: JsonObject, value: JsonValue): boolean {
  const not = schema['not'] as Schema | undefined
  if (not === undefined || attempt(run, not, value, new Set()) !== undefined) return true
  return report(run, 'value', 'has a form that is not allowed')
}

function evaluateIf(run: Run, schema: JsonObject, value: JsonValue, seen: Seen): boolean {
  const condition = schema['if'] as Schema | undefined
  if (condition === undefined) return true
  const holds = attempt(run, condition, value, seen) === undefined
  const branch = own(schema, holds ? 'then' : 'else') as Schema | undefined
  return branch === undefined || evaluate(run, branch, value, seen)
}
