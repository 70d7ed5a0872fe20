import fc from 'fast-check'
import type { Json, JsonRecord } from '../../shared/contract/open-api.ts'

/** Values that a JSON Schema of our OpenAPI document describes, roughly: what a client that read the document would send. */
export function fromSchema(schema: Json | undefined, components: JsonRecord, depth = 0): fc.Arbitrary<unknown> {
  if (!isRecord(schema) || depth > 6) return fc.jsonValue({ maxDepth: 1 })
  const inner = (one: Json | undefined) => fromSchema(one, components, depth + 1)
  if (typeof schema['$ref'] === 'string') return inner(components[schema['$ref'].split('/').at(-1) as string])
  if (schema['const'] !== undefined) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum'])
  for (const word of ['anyOf', 'oneOf'])
    if (Array.isArray(schema[word]) && schema[word].length > 0) return fc.oneof(...schema[word].map(inner))
  if (Array.isArray(schema['allOf']))
    return fc.tuple(...schema['allOf'].map(inner)).map((all) => Object.assign({}, ...all) as unknown)
  switch (Array.isArray(schema['type']) ? schema['type'][0] : schema['type']) {
    case 'object':
      return objectOf(schema, inner)
    case 'array':
      return fc.array(inner(schema['items']), { minLength: numberOf(schema['minItems'], 0), maxLength: 3 })
    case 'string':
      return textOf(schema)
    case 'integer':
    case 'number':
      return fc.integer({
        min: numberOf(schema['minimum'], -5),
        max: Math.min(numberOf(schema['maximum'], 1_000), 1e9),
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function objectOf(schema: JsonRecord, inner: (one: Json | undefined) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, inner(one)])), {
    requiredKeys: Array.isArray(schema['required']) ? (schema['required'] as string[]) : [],
  })
  const more = schema['additionalProperties']
  if (!isRecord(more)) return known
  const word = fc.stringMatching(/^[a-z_]{1,12}$/)
  return fc.tuple(known, fc.dictionary(word, inner(more), { maxKeys: 3 })).map(([a, b]) => ({ ...b, ...(a as object) }))
}

function textOf(schema: JsonRecord): fc.Arbitrary<unknown> {
  if (schema['format'] === 'date-time')
    return fc.constantFrom('2026-11-20T10:00:00.000Z', '2026-01-01', '2025-06-30T23:59:59+02:00')
  if (schema['format'] === 'uri') return fc.constantFrom('https://example.com/in', 'http://127.0.0.1:9/x', 'ftp://x')
  const words = fc.constantFrom(
    'user_id:u1',
    'email:ann@example.com',
    'Order Completed',
    'pro_plan',
    'plan',
    'a',
    'src_web',
  )
  const most = Math.min(numberOf(schema['maxLength'], 40), 60)
  const free = fc.string({ minLength: Math.min(numberOf(schema['minLength'], 0), most), maxLength: most })
  if (typeof schema['pattern'] !== 'string') return fc.oneof(words, free)
  try {
    return fc.stringMatching(new RegExp(schema['pattern']))
  } catch {
    // A pattern with look-around is more than the generator reads.
    return fc.oneof(words, free)
  }
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}
