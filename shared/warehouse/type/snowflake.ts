import { z } from 'zod'
import { type Dialect, planTables, SQL_NAME } from '../sql.ts'
import { defineWarehouse, PLACE } from '../warehouse.ts'

const Name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_$]{0,254}$/, 'must be letters, digits, _ and $')

export const SnowflakeSettings = z.strictObject({
  account: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, 'must be the identifier of an account: myorg-myaccount')
    .max(200),
  user: z.string().min(1).max(255),
  privateKey: z
    .string()
    .max(10_000)
    .startsWith('-----BEGIN PRIVATE KEY-----', 'must be a private key in PKCS #8, without a password')
    .meta({ description: 'Whose public half the user has (ALTER USER … SET RSA_PUBLIC_KEY)' }),
  warehouse: Name,
  database: Name,
  schema: z.string().regex(SQL_NAME, 'must be lower-case letters, digits and _').default('tributary'),
  role: Name.optional(),
  endpoint: z.url().max(300).optional().meta({ description: 'Of a private connection; else from the account' }),
})
export type SnowflakeSettings = z.output<typeof SnowflakeSettings>

export const SNOWFLAKE_TYPES = {
  text: 'VARCHAR',
  json: 'VARIANT',
  instant: 'TIMESTAMP_TZ',
  boolean: 'BOOLEAN',
  integer: 'NUMBER(38,0)',
  number: 'DOUBLE',
} as const

export const SNOWFLAKE_BATCHES = '_tributary_batches'
export const SNOWFLAKE_STAGE = '_tributary_stage'

/** In capitals, so that readers need no quotes; between quotes, since some are words of the language (`at`). */
export function snowflakeName(name: string): string {
  return `"${name.toUpperCase()}"`
}

export function snowflakeDialect({ database, schema }: Pick<SnowflakeSettings, 'database' | 'schema'>): Dialect {
  const at = (table: string) => `${database}.${schema}.${table}`
  return {
    types: SNOWFLAKE_TYPES,
    quoted: snowflakeName,
    at,
    create: ({ name, kind }, columns) => {
      const cluster = kind === 'grows' ? ' CLUSTER BY (TO_DATE(received_at))' : ''
      return `CREATE TABLE IF NOT EXISTS ${at(name)} (${columns.join(', ')})${cluster}`
    },
    add: ({ name }, column) =>
      `ALTER TABLE ${at(name)} ADD COLUMN IF NOT EXISTS ${snowflakeName(column.name)} ${SNOWFLAKE_TYPES[column.type]}`,
  }
}

export const snowflake = defineWarehouse({
  type: 'snowflake',
  title: 'Snowflake',
  about:
    'The SQL API with a key pair; rows travel as bound JSON. Built from its documentation; unverified against the live service.',
  settings: SnowflakeSettings,
  secrets: ['privateKey'],
  addresses: ['endpoint'],
  plan(present, wanted, settings) {
    const { database, schema } = settings
    const dialect = snowflakeDialect(settings)
    return [
      ...(present.has(PLACE) ? [] : [`CREATE SCHEMA IF NOT EXISTS ${database}.${schema}`]),
      ...(present.has(SNOWFLAKE_STAGE)
        ? []
        : [
            `CREATE TABLE IF NOT EXISTS ${dialect.at(SNOWFLAKE_BATCHES)} (batch VARCHAR NOT NULL, tbl VARCHAR NOT NULL)`,
            `CREATE TABLE IF NOT EXISTS ${dialect.at(SNOWFLAKE_STAGE)} (replacement VARCHAR NOT NULL, batch VARCHAR NOT NULL, payload VARIANT)`,
          ]),
      ...planTables(dialect, present, wanted),
    ]
  },
})
