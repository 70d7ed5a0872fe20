import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { isObject } from '../kernel/json.ts'

/**
 * The keywords of JSON Schema (2020-12, and those of draft 7 that were renamed since) and what may stand behind each.
 * A keyword that is not here is a note for people, as the standard says, and nothing comes of it.
 */
export type Schema = JsonObject | boolean

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'boolean' || isObject(value)
}

export const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const

/** Behind these stands one schema. */
const ONE = [
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'not',
  'if',
  'then',
  'else',
] as const
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const MAPS = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions', 'dependencies'] as const

/** Keywords whose schemas look at the very value that theirs looks at, and not at a part of it. */
const IN_PLACE: readonly string[] = [
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas', 'dependencies'],
]

export interface Subschema {
  readonly path: readonly string[]
  readonly schema: JsonValue
  readonly isInPlace: boolean
}

/** All schemas directly inside of one, whatever they are. */
export function subschemasOf(schema: JsonObject): readonly Subschema[] {
  const found: Subschema[] = []
  const add = (keyword: string, schema: JsonValue, ...path: readonly string[]) =>
    found.push({ path: [keyword, ...path], schema, isInPlace: IN_PLACE.includes(keyword) })
  for (const keyword of ONE) if (schema[keyword] !== undefined) add(keyword, schema[keyword])
  for (const keyword of [...LISTS, 'items']) {
    const value = schema[keyword]
    if (Array.isArray(value)) for (const [i, inner] of value.entries()) add(keyword, inner as JsonValue, String(i))
    else if (keyword === 'items' && value !== undefined) add(keyword, value)
  }
  for (const keyword of MAPS) {
    const value = schema[keyword]
    if (!isObject(value)) continue
    for (const [name, inner] of Object.entries(value))
      if (keyword !== 'dependencies' || !Array.isArray(inner)) add(keyword, inner, name)
  }
  return found
}

/** What is wrong with the value of a keyword, in words; what stands in subschemas is not looked at. */
export function keywordFault(keyword: string, value: JsonValue): string | undefined {
  const check = CHECKS[keyword]
  return check && !check.holds(value) ? check.words : undefined
}

interface Check {
  readonly holds: (value: JsonValue) => boolean
  readonly words: string
}

const isTexts = (value: JsonValue) => Array.isArray(value) && value.every((one) => typeof one === 'string')
const listOfSchemas: Check = {
  holds: (value) => Array.isArray(value) && value.length > 0,
  words: 'must be a list of schemas',
}
const map: Check = { holds: isObject, words: 'must be an object of schemas' }
const size: Check = { holds: (value) => Number.isInteger(value) && Number(value) >= 0, words: 'must be a whole number' }
const number: Check = { holds: (value) => typeof value === 'number', words: 'must be a number' }
// In draft 4 it is a word about `minimum`.
const bound: Check = {
  holds: (value) => typeof value === 'number' || typeof value === 'boolean',
  words: 'must be a number',
}
const text: Check = { holds: (value) => typeof value === 'string', words: 'must be a text' }
const never = (words: string): Check => ({ holds: () => false, words })

const CHECKS: Readonly<Record<string, Check>> = {
  ...Object.fromEntries([...LISTS].map((keyword) => [keyword, listOfSchemas])),
  ...Object.fromEntries([...MAPS].map((keyword) => [keyword, map])),
  type: {
    holds: (value) => (Array.isArray(value) && value.length > 0 ? value : [value]).every(isType),
    words: `must be one or a list of ${TYPES.join(', ')}`,
  },
  enum: { holds: (value) => Array.isArray(value) && value.length > 0, words: 'must be a list of values' },
  required: { holds: isTexts, words: 'must be a list of names' },
  dependentRequired: {
    holds: (value) => isObject(value) && Object.values(value).every(isTexts),
    words: 'must be lists of names, by name',
  },
  minimum: number,
  maximum: number,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  multipleOf: { holds: (value) => typeof value === 'number' && value > 0, words: 'must be a number above 0' },
  ...Object.fromEntries(
    [
      ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'minContains'],
      'maxContains',
    ].map((keyword) => [keyword, size]),
  ),
  uniqueItems: { holds: (value) => typeof value === 'boolean', words: 'must be true or false' },
  pattern: text,
  format: text,
  $ref: {
    holds: (value) => typeof value === 'string' && value.startsWith('#'),
    words: 'must lead to a place in this very schema (`#/$defs/…`): nothing is fetched',
  },
  $dynamicRef: never('is not supported: use `$ref`'),
  $recursiveRef: never('is not supported: use `$ref`'),
}

function isType(value: JsonValue): boolean {
  return TYPES.some((type) => type === value)
}
