import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { utf8Length } from '../kernel/utf8.ts'
import { MOST_SCHEMA_BYTES } from './compile-schema.ts'
import { type EventFacts, MOST_PATHS, type PathFacts, unescaped } from './inferred-facts.ts'
import { TYPES } from './schema-keywords.ts'

/** So often something must have come before always or never means anything. */
const ENOUGH = 20
/** Texts are a choice when each came so often on average. */
const TIMES_EACH = 5

/**
 * The narrowest schema of its kind under which everything that was seen is valid: a property is required when it was always
 * there, a number an integer when it always was one. Properties that were not seen stay allowed.
 */
export function inferredSchema({ paths }: EventFacts): JsonObject {
  const kept = new Map(
    [...paths.keys()]
      .sort()
      .slice(0, MOST_PATHS)
      .map((pointer) => [pointer, paths.get(pointer)]),
  )
  const children = new Map<string, string[]>()
  for (const pointer of kept.keys()) {
    if (pointer === '') continue
    const parent = pointer.slice(0, pointer.lastIndexOf('/'))
    children.set(parent, [...(children.get(parent) ?? []), pointer])
  }
  const schemaAt = (pointer: string): JsonObject => {
    const facts = kept.get(pointer) as PathFacts
    const below = (children.get(pointer) ?? []).map((child) => ({ key: unescaped(lastPart(child)), pointer: child }))
    const item = below.find(({ key }) => key === undefined)
    const properties = below.flatMap(({ key, pointer: child }) => (key === undefined ? [] : [{ key, child }]))
    const objects = facts.types['object'] ?? 0
    const required = properties.filter(({ child }) => timesOf(kept.get(child)) === objects && objects >= ENOUGH)
    return {
      ...typeKeyword(facts),
      ...textKeywords(facts),
      ...(properties.length > 0
        ? { properties: Object.fromEntries(properties.map(({ key, child }) => [key, schemaAt(child)])) }
        : {}),
      ...(required.length > 0 ? { required: required.map(({ key }) => key) } : {}),
      ...(item ? { items: schemaAt(item.pointer) } : {}),
    }
  }
  const schema = kept.has('') ? schemaAt('') : { type: 'object' }
  // Names of properties may be very long.
  return utf8Length(JSON.stringify(schema)) <= MOST_SCHEMA_BYTES ? schema : { type: 'object' }
}

function lastPart(pointer: string): string {
  return pointer.slice(pointer.lastIndexOf('/') + 1)
}

function timesOf(facts: PathFacts | undefined): number {
  return Object.values(facts?.types ?? {}).reduce((sum, count) => sum + count, 0)
}

function typeKeyword({ types }: PathFacts): JsonObject {
  const seen = TYPES.filter((type) => (types[type] ?? 0) > 0 && !(type === 'integer' && (types['number'] ?? 0) > 0))
  return { type: seen.length === 1 ? (seen[0] as string) : [...seen] }
}

function textKeywords({ types, texts, formats }: PathFacts): JsonObject {
  const count = types['string'] ?? 0
  if (count === 0) return {}
  const others = Object.keys(types).filter((type) => type !== 'string')
  const choice: readonly JsonValue[] = [...(texts ?? []), ...(types['null'] ? [null] : [])]
  const isChoice = texts !== null && texts.length > 0 && count >= Math.max(ENOUGH, texts.length * TIMES_EACH)
  if (isChoice && others.every((type) => type === 'null')) return { enum: choice }
  const format = formats?.[0]
  return format === undefined ? {} : { format }
}
