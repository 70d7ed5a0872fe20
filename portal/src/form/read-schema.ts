import { type Field, type KeptSecret, labelOf, type NamedField, type Option, type Variant } from './field.ts'

/** The part of JSON Schema that settings of the API are written in; everything else becomes a field of JSON. */
export interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
  readonly default?: unknown
  readonly description?: string
  readonly format?: string
  readonly maxLength?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

export interface Known {
  /** Paths of what is written and never read back. */
  readonly secrets?: readonly string[]
  /** The document as it is now: of its secrets, how they end. */
  readonly stored?: unknown
}

/** Beyond so many characters a text wants more than a line. */
const LINE_CHARS = 2_500
/** A list of few is chosen from, one of many typed. */
const FEW = 40

/**
 * The form of a schema. Never fails: what it does not know is edited as JSON, and the server judges.
 * @example readSchema({ type: 'string', enum: ['eu', 'us'] }) // { kind: 'choice', … }
 */
export function readSchema(schema: Schema, known: Known = {}): Field {
  return read(schema, { defs: schema.$defs ?? {}, secrets: known.secrets ?? [], stored: known.stored }, '')
}

interface Reading {
  readonly defs: Readonly<Record<string, Schema>>
  readonly secrets: readonly string[]
  readonly stored: unknown
}

function read(given: Schema, reading: Reading, path: string, depth = 0): Field {
  const schema = followed(given, reading.defs)
  // What refers to itself is JSON at some depth, and most often at once.
  if (!schema || depth > 6) return { kind: 'json' }
  if (reading.secrets.includes(path) && schema.type === 'string') return secretField(reading, path)
  if (schema.enum?.every((one) => typeof one === 'string') && schema.enum.length <= FEW)
    return { kind: 'choice', options: optionsOf(schema.enum), ...withDefault(schema, isText) }
  const variants = variantsOf(schema.oneOf ?? [], reading, path, depth)
  if (variants) return { ...variants, ...withDefault(schema, isAny) }
  switch (schema.type) {
    case 'string':
      return { kind: 'text', look: lookOf(schema, path), ...withDefault(schema, isText) }
    case 'integer':
    case 'number':
      return { kind: 'number', ...withDefault(schema, isNumber) }
    case 'boolean':
      return { kind: 'switch', ...withDefault(schema, isBoolean) }
    case 'array':
      return listOf(schema, reading, path, depth)
    case 'object':
      return objectOf(schema, reading, path, depth)
    default:
      // Any of several texts is a text: what kind it has to be is told when it is none.
      if (schema.anyOf?.every(({ type }) => type === 'string')) return { kind: 'text', look: 'line' }
      return { kind: 'json', ...withDefault(schema, isAny) }
  }
}

function followed(schema: Schema, defs: Reading['defs']): Schema | undefined {
  const name = schema.$ref?.replace('#/$defs/', '')
  return name === undefined ? schema : defs[name]
}

function secretField({ stored }: Reading, path: string): Field {
  const kept = at(stored, path)
  if (isKept(kept)) return { kind: 'secret', kept }
  // Of a group with a secret inside, like a user with a password, only the rest is read back.
  const parent = path.includes('.') ? at(stored, path.slice(0, path.lastIndexOf('.'))) : undefined
  return parent === undefined ? { kind: 'secret' } : { kind: 'secret', kept: { last4: '' } }
}

function listOf(schema: Schema, reading: Reading, path: string, depth: number): Field {
  const isSecret = reading.secrets.includes(path)
  const item: Field = isSecret ? { kind: 'secret' } : read(schema.items ?? {}, reading, `${path}.*`, depth + 1)
  if (item.kind === 'choice') return { kind: 'choices', options: item.options }
  if (item.kind === 'json') return { kind: 'json', ...withDefault(schema, isAny) }
  return { kind: 'list', item, ...withDefault(schema, Array.isArray) }
}

function objectOf(schema: Schema, reading: Reading, path: string, depth: number): Field {
  if (schema.properties) return { kind: 'group', fields: fieldsOf(schema, reading, path, depth) }
  const { additionalProperties: value } = schema
  const isOfTexts = typeof value === 'object' && followed(value, reading.defs)?.type === 'string'
  return isOfTexts
    ? { kind: 'pairs', ...withDefault(schema, isObject) }
    : { kind: 'json', ...withDefault(schema, isAny) }
}

function fieldsOf({ properties = {}, required = [] }: Schema, reading: Reading, path: string, depth: number) {
  return Object.entries(properties).map(([name, property]): NamedField => {
    const { description } = followed(property, reading.defs) ?? property
    const inner = path === '' ? name : `${path}.${name}`
    return {
      name,
      label: labelOf(name),
      ...(description === undefined ? {} : { hint: description }),
      isRequired: required.includes(name),
      field: read(property, reading, inner, depth + 1),
    }
  })
}

/** Groups that one field of each, with one value, tells apart. */
function variantsOf(all: readonly Schema[], reading: Reading, path: string, depth: number) {
  const by = Object.entries(all[0]?.properties ?? {}).find(([, { const: only }]) => typeof only === 'string')?.[0]
  if (by === undefined || all.some(({ properties }) => typeof properties?.[by]?.const !== 'string')) return undefined
  const variants = all.map(
    (one): Variant => ({
      value: String(one.properties?.[by]?.const),
      ...(one.description === undefined ? {} : { hint: one.description }),
      fields: fieldsOf(one, reading, path, depth).filter(({ name }) => name !== by),
    }),
  )
  return { kind: 'variants' as const, by, variants }
}

function lookOf({ maxLength = 0, format }: Schema, path: string): 'line' | 'long' | 'code' {
  if (/(^|\.)code$/.test(path)) return 'code'
  return maxLength > LINE_CHARS && format === undefined ? 'long' : 'line'
}

function optionsOf(values: readonly unknown[]): readonly Option[] {
  return values.map((value) => ({ value: String(value), label: String(value) }))
}

function withDefault<T>({ default: value }: Schema, is: (value: unknown) => value is T): { readonly default?: T } {
  return value !== undefined && is(value) ? { default: value } : {}
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isAny = (_value: unknown): _value is unknown => true

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isKept(value: unknown): value is KeptSecret {
  return isObject(value) && typeof value['last4'] === 'string'
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner: unknown, key) => (isObject(inner) ? inner[key] : undefined), value)
}
