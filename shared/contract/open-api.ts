import { z } from 'zod'
import { failureFacts } from '../kernel/failure.ts'
import { type Contract, failuresOf } from './contract.ts'
import { Problem } from './problem.ts'

/**
 * The OpenAPI 3.1 document of a list of contracts. Schemas are JSON Schema 2020-12, which is what 3.1 speaks; those with
 * an id stand once, under `components`.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonRecord = { [key: string]: Json }

/** What the document says of itself. */
export const ABOUT: OpenApiOptions = { title: 'Tributary', version: '1' }

export interface OpenApiOptions {
  readonly title: string
  readonly version: string
}

export function openApi(contracts: readonly Contract[], options: OpenApiOptions): JsonRecord {
  const schemas = schemasOf(contracts)
  const paths: { [path: string]: JsonRecord } = {}
  for (const contract of contracts) {
    for (const [i, path] of [contract.path, ...(contract.aliases ?? [])].entries()) {
      const operation = operationOf(contract, schemas, i === 0 ? contract.name : `${contract.name}_${i}`)
      paths[path] = { ...paths[path], [contract.method]: operation }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: options.title, version: options.version },
    paths,
    components: { schemas: schemas.components, securitySchemes: SECURITY_SCHEMES },
  }
}

const SECURITY_SCHEMES: JsonRecord = {
  token: { type: 'http', scheme: 'bearer', description: 'An API token, `tk_…`' },
  writeKey: { type: 'http', scheme: 'basic', description: 'The write key as user name, no password' },
  writeKeyHeader: { type: 'apiKey', in: 'header', name: 'X-Write-Key' },
  writeKeyQuery: { type: 'apiKey', in: 'query', name: 'writeKey' },
  serverKey: { type: 'http', scheme: 'basic', description: 'The app key as user name, the secret key as password' },
  appKey: { type: 'apiKey', in: 'header', name: 'X-App-Key' },
  timestamp: { type: 'apiKey', in: 'header', name: 'X-Timestamp', description: 'Epoch seconds' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Signature',
    description: '`sha256=<hex HMAC-SHA256(secret key, timestamp + "." + body)>`',
  },
}

/** Any of these; the last one needs all its three headers. */
const INGESTION_SECURITY: Json[] = [
  { writeKey: [] },
  { writeKeyHeader: [] },
  { writeKeyQuery: [] },
  { serverKey: [] },
  { appKey: [], timestamp: [], signature: [] },
]

function securityOf({ scope }: Contract): Json[] {
  if (scope === 'anyone') return []
  if (scope === 'write key') return INGESTION_SECURITY
  return [{ token: [scope] }]
}

function operationOf(contract: Contract, schemas: Schemas, operationId: string): JsonRecord {
  const { summary, description, group, media, status = 200 } = contract
  const parameters = [
    ...parametersOf(schemas.input(contract, 'params'), 'path'),
    ...parametersOf(schemas.input(contract, 'query'), 'query'),
  ]
  const body = schemas.input(contract, 'body')
  const reply = { [media ?? 'application/json']: { schema: schemas.output(contract, 'reply') ?? {} } }
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [group],
    security: securityOf(contract),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBodyOf(contract, body),
    responses: { [status]: { description: 'Success', content: reply }, ...failureResponses(contract, schemas) },
  }
}

/** In 3.1 a file is a media type without a schema. */
function requestBodyOf({ files }: Contract, body: Json | undefined): JsonRecord {
  if (body) return { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
  if (!files) return {}
  return { requestBody: { required: true, content: Object.fromEntries(files.map((type) => [type, {}])) } }
}

function parametersOf(schema: Json | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return []
  // params and query are objects by construction
  const { properties, required = [] } = schema as { properties: JsonRecord; required?: Json[] }
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as JsonRecord
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }
  })
}

function failureResponses(contract: Contract, schemas: Schemas): JsonRecord {
  const responses: JsonRecord = {}
  const media = contract.failure ? 'application/json' : 'application/problem+json'
  for (const code of failuresOf(contract)) {
    const { status, title } = failureFacts[code]
    responses[status] = {
      description: title,
      content: { [media]: { schema: schemas.output(contract, 'failure') ?? {} } },
    }
  }
  return responses
}

interface Schemas {
  readonly components: JsonRecord
  input(contract: Contract, part: 'params' | 'query' | 'body'): Json | undefined
  output(contract: Contract, part: 'reply' | 'failure'): Json | undefined
}

/**
 * All schemas in two calls, one for what comes in and one for what goes out: so every id is met once, and zod's own
 * names for recursive schemas cannot clash between operations.
 */
function schemasOf(contracts: readonly Contract[]): Schemas {
  const incoming = jsonSchemas(
    contracts.flatMap((contract) =>
      (['params', 'query', 'body'] as const).map((part) => [`${contract.name}.${part}`, contract[part]] as const),
    ),
    'input',
  )
  const outgoing = jsonSchemas(
    contracts.flatMap((contract) => [
      [`${contract.name}.reply`, contract.reply],
      [`${contract.name}.failure`, contract.failure ?? Problem],
    ]),
    'output',
  )
  return {
    components: { ...incoming.definitions, ...outgoing.definitions },
    input: (contract, part) => incoming.properties[`${contract.name}.${part}`],
    output: (contract, part) => outgoing.properties[`${contract.name}.${part}`],
  }
}

function jsonSchemas(named: readonly (readonly [string, z.ZodType | undefined])[], io: 'input' | 'output') {
  const shape: { [name: string]: z.ZodType } = {}
  for (const [name, schema] of named) if (schema) shape[name] = schema
  const root = z.toJSONSchema(z.object(shape), {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // The only recursive schema is z.json(): any JSON value, which JSON Schema says with {}.
      if (zodSchema._zod.def.type === 'lazy') for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
      // Fields are added freely, so a client must not take the absence of others for granted.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  const { properties, $defs } = rewritten(root as unknown as Json) as { properties: JsonRecord; $defs?: JsonRecord }
  const definitions = Object.entries($defs ?? {}).filter(([name]) => !isAnonymous(name))
  return { properties, definitions: Object.fromEntries(definitions) }
}

function isAnonymous(name: string): boolean {
  return name.startsWith('__schema')
}

/** References point to `components`; those to zod's own names say what they mean on the spot. */
function rewritten(value: Json): Json {
  if (Array.isArray(value)) return value.map(rewritten)
  if (typeof value !== 'object' || value === null) return value
  const { $ref, ...rest } = value
  const copy: JsonRecord = {}
  for (const [key, inner] of Object.entries(rest)) {
    if (isUselessBound(key, inner)) continue
    copy[key] = rewritten(inner as Json)
  }
  if (typeof $ref !== 'string') return copy
  const name = $ref.slice('#/$defs/'.length)
  return isAnonymous(name) ? copy : { ...copy, $ref: `#/components/schemas/${name}` }
}

/** z.int() bounds every integer by what a double can hold, which tells a reader nothing. */
function isUselessBound(key: string, value: unknown): boolean {
  return (key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER
}
