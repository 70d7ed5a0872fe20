import { z } from 'zod'
import { type Dialect, planTables, SQL_NAME } from '../sql.ts'
import { defineWarehouse, PLACE } from '../warehouse.ts'

/** The key file of a service account, as Google gives it out; only what a token needs is looked at. */
export const ServiceAccountKey = z.object({
  client_email: z.string().min(3).max(300),
  private_key: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
})

export const BigQuerySettings = z.strictObject({
  project: z.string().regex(/^[a-z][a-z0-9-]{4,61}[a-z0-9]$/, 'must be the id of a project'),
  dataset: z
    .string()
    .regex(SQL_NAME, 'must be lower-case letters, digits and _')
    .default('tributary')
    .meta({ description: 'Made when it is not there' }),
  location: z
    .string()
    .regex(/^[A-Za-z0-9-]{2,40}$/)
    .default('US'),
  key: z
    .string()
    .max(10_000)
    .refine((text) => keyIn(text) !== undefined, 'must be the key file of a service account, JSON')
    .meta({ description: 'The key file of a service account that may edit the dataset and run jobs' }),
  endpoint: z.url().max(300).default('https://bigquery.googleapis.com'),
})
export type BigQuerySettings = z.output<typeof BigQuerySettings>

export function keyIn(text: string): z.output<typeof ServiceAccountKey> | undefined {
  try {
    return ServiceAccountKey.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // no JSON
  }
}

export const BIGQUERY_TYPES = {
  text: 'STRING',
  json: 'JSON',
  instant: 'TIMESTAMP',
  boolean: 'BOOL',
  integer: 'INT64',
  number: 'FLOAT64',
} as const

export const BIGQUERY_BATCHES = '_tributary_batches'

export function bigQueryDialect({ project, dataset }: Pick<BigQuerySettings, 'project' | 'dataset'>): Dialect {
  const quoted = (name: string) => `\`${name}\``
  const at = (table: string) => `\`${project}.${dataset}.${table}\``
  return {
    types: BIGQUERY_TYPES,
    quoted,
    at,
    create: ({ name, kind, key }, columns) => {
      const parts = kind === 'grows' ? ` PARTITION BY DATE(received_at) CLUSTER BY ${key.slice(0, 2).join(', ')}` : ''
      return `CREATE TABLE IF NOT EXISTS ${at(name)} (${columns.join(', ')})${parts}`
    },
    add: ({ name }, column) =>
      `ALTER TABLE ${at(name)} ADD COLUMN IF NOT EXISTS ${quoted(column.name)} ${BIGQUERY_TYPES[column.type]}`,
  }
}

export const bigquery = defineWarehouse({
  type: 'bigquery',
  title: 'BigQuery',
  about:
    'Load jobs named after their batch, then MERGE. Built from its documentation; unverified against the live service.',
  settings: BigQuerySettings,
  secrets: ['key'],
  addresses: ['endpoint'],
  plan(present, wanted, settings) {
    const { project, dataset, location } = settings
    const dialect = bigQueryDialect(settings)
    return [
      ...(present.has(PLACE)
        ? []
        : [`CREATE SCHEMA IF NOT EXISTS \`${project}.${dataset}\` OPTIONS(location = '${location}')`]),
      ...(present.has(BIGQUERY_BATCHES)
        ? []
        : [`CREATE TABLE IF NOT EXISTS ${dialect.at(BIGQUERY_BATCHES)} (batch STRING NOT NULL, tbl STRING NOT NULL)`]),
      ...planTables(dialect, present, wanted),
    ]
  },
})
