import type { FieldError } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { utf8Length } from '../kernel/utf8.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { isSchema, keywordFault, type Schema, subschemasOf } from './schema-keywords.ts'

/** A schema that was checked once, with what evaluating it needs. */
export interface CompiledSchema {
  readonly root: Schema
  /** By their source, those of `pattern` and of `patternProperties`. */
  readonly patterns: ReadonlyMap<string, Pattern>
  /** By the text of `$ref`. */
  readonly targets: ReadonlyMap<string, Schema>
}

export const MOST_SCHEMA_BYTES = 64 * 1_024
const MOST_DEPTH = 64
const MOST_FAULTS = 20
const MOST_EVALUATIONS = 5_000

/**
 * Checks a schema as somebody wrote it: every fault is named with its path. What passes ends on every value: nothing is
 * fetched, patterns do not backtrack, and a reference that leads to itself without going down into the value is refused.
 */
export function compileSchema(schema: JsonValue): Result<CompiledSchema, readonly FieldError[]> {
  if (!isObject(schema)) return err([{ path: '', message: 'must be a JSON Schema, an object' }])
  const walk: Walk = { root: schema, faults: [], seen: new Map(), patterns: new Map(), targets: new Map() }
  if (depthOver(schema, MOST_DEPTH)) return err([{ path: '', message: `is nested deeper than ${MOST_DEPTH} levels` }])
  if (utf8Length(JSON.stringify(schema)) > MOST_SCHEMA_BYTES)
    return err([{ path: '', message: `has more than ${MOST_SCHEMA_BYTES} bytes` }])
  visit(walk, schema, [])
  if (walk.faults.length === 0) followReferences(walk)
  if (walk.faults.length > 0) return err(walk.faults.slice(0, MOST_FAULTS))
  return ok({ root: schema, patterns: walk.patterns, targets: walk.targets })
}

interface Walk {
  readonly root: JsonObject
  readonly faults: FieldError[]
  /** Every schema that is an object, and where it stands. */
  readonly seen: Map<JsonObject, readonly string[]>
  readonly patterns: Map<string, Pattern>
  readonly targets: Map<string, Schema>
}

function depthOver(value: JsonValue, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left <= 0 || Object.values(value).some((inner) => depthOver(inner, left - 1))
}

function visit(walk: Walk, schema: JsonValue, path: readonly string[]): void {
  const fault = (message: string, ...more: readonly string[]) =>
    walk.faults.push({ path: [...path, ...more].join('.'), message })
  if (!isSchema(schema)) {
    fault('must be a schema: an object, true or false')
    return
  }
  if (typeof schema === 'boolean' || walk.seen.has(schema)) return
  walk.seen.set(schema, path)
  for (const [keyword, value] of Object.entries(schema)) {
    const words = keywordFault(keyword, value)
    if (words !== undefined) fault(words, keyword)
  }
  if (typeof schema['pattern'] === 'string') addPattern(walk, schema['pattern'], [...path, 'pattern'])
  if (isObject(schema['patternProperties']))
    for (const source of Object.keys(schema['patternProperties']))
      addPattern(walk, source, [...path, 'patternProperties', source])
  for (const inner of subschemasOf(schema)) visit(walk, inner.schema, [...path, ...inner.path])
  const reference = schema['$ref']
  if (typeof reference !== 'string' || !reference.startsWith('#')) return
  const target = targetOf(walk.root, reference)
  if (target === undefined) fault('leads to nothing in this schema', '$ref')
  else {
    walk.targets.set(reference, target)
    visit(walk, target, [...path, '$ref'])
  }
}

function addPattern({ patterns, faults }: Walk, source: string, path: readonly string[]): void {
  const pattern = compilePattern(source)
  if (pattern.ok) patterns.set(source, pattern.value)
  else faults.push({ path: path.join('.'), message: pattern.failure })
}

/** `#`, a JSON pointer behind it, or the name of an anchor. */
function targetOf(root: JsonObject, reference: string): Schema | undefined {
  const rest = decoded(reference.slice(1))
  if (rest === '') return root
  if (rest === undefined) return undefined
  if (!rest.startsWith('/')) return anchored(root, rest)
  let found: JsonValue | undefined = root
  for (const step of rest.slice(1).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null) return undefined
    found = own(found as JsonObject, key)
  }
  return isSchema(found) ? found : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // a percent sign that encodes nothing
  }
}

function anchored(schema: JsonValue, name: string): Schema | undefined {
  if (!isObject(schema)) return undefined
  if (schema['$anchor'] === name || schema['$id'] === `#${name}`) return schema
  for (const inner of subschemasOf(schema)) {
    const found = anchored(inner.schema, name)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Following what stays at one value, one may not come back to where one was, which would never end, nor meet the same
 * again and again: references to references double the work at every level.
 */
function followReferences({ seen, targets, faults }: Walk): void {
  /** Evaluations that one value costs, by schema; known once all that is inside was looked at. */
  const done = new Map<Schema, number>()
  const fault = (schema: Schema, message: string) =>
    faults.push({ path: (seen.get(schema as JsonObject) ?? []).join('.'), message })
  for (const start of seen.keys()) {
    const trail = new Set<Schema>()
    const stack = [{ schema: start as Schema, left: inPlaceOf(start, targets) }]
    trail.add(start)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.left.pop()
      if (next === undefined) {
        const costs = inPlaceOf(top.schema, targets).map((inner) => done.get(inner) ?? 0)
        const cost = costs.reduce((sum, one) => sum + one, 1)
        if (cost > MOST_EVALUATIONS) {
          fault(top.schema, 'takes too many evaluations of one value when its references are written out')
          return
        }
        done.set(top.schema, cost)
        trail.delete(top.schema)
        stack.pop()
      } else if (trail.has(next)) {
        fault(next, 'leads back to itself without going down into the value')
        return
      } else if (!done.has(next)) {
        trail.add(next)
        stack.push({ schema: next, left: inPlaceOf(next, targets) })
      }
    }
  }
}

function inPlaceOf(schema: Schema, targets: Walk['targets']): Schema[] {
  if (typeof schema === 'boolean') return []
  const reference = schema['$ref']
  const target = typeof reference === 'string' ? targets.get(reference) : undefined
  const inner = subschemasOf(schema).flatMap(({ isInPlace, schema: one }) => (isInPlace && isSchema(one) ? [one] : []))
  return [...inner, ...(target === undefined ? [] : [target])].filter((one) => typeof one !== 'boolean')
}
