import { z } from 'zod'
import { type Dialect, doubleQuoted, planTables, SQL_NAME } from '../sql.ts'
import { defineWarehouse, PLACE } from '../warehouse.ts'

export const PostgresSettings = z.strictObject({
  host: z
    .string()
    .trim()
    .max(253)
    .regex(/^[a-z0-9._:-]+$/i, 'must be a name or an address'),
  port: z.int().min(1).max(65_535).default(5_432),
  database: z.string().min(1).max(63),
  user: z.string().min(1).max(63),
  password: z.string().min(1).max(1_000),
  schema: z
    .string()
    .regex(SQL_NAME, 'must be lower-case letters, digits and _')
    .default('tributary')
    .meta({ description: 'Made when it is not there' }),
  tls: z
    .enum(['require', 'off'])
    .default('require')
    .meta({ description: '`off` only for a server on this machine, of a Tributary started by npm start' }),
})
export type PostgresSettings = z.output<typeof PostgresSettings>

export const POSTGRES_TYPES = {
  text: 'text',
  json: 'jsonb',
  instant: 'timestamptz',
  boolean: 'boolean',
  integer: 'bigint',
  number: 'double precision',
} as const

export function postgresDialect(schema: string): Dialect {
  const at = (table: string) => `${doubleQuoted(schema)}.${doubleQuoted(table)}`
  return {
    types: POSTGRES_TYPES,
    quoted: doubleQuoted,
    at,
    create: ({ name, key }, columns) =>
      `CREATE TABLE IF NOT EXISTS ${at(name)} (${[
        ...columns,
        ...(key.length > 0 ? [`PRIMARY KEY (${key.map(doubleQuoted).join(', ')})`] : []),
      ].join(', ')})`,
    add: ({ name }, column) =>
      `ALTER TABLE ${at(name)} ADD COLUMN IF NOT EXISTS ${doubleQuoted(column.name)} ${POSTGRES_TYPES[column.type]}`,
  }
}

/** Which batches were taken: written in the transaction of their rows. */
export const BATCHES = '_tributary_batches'
/** Batches laid aside for a replacement. */
export const STAGE = '_tributary_stage'

export const postgres = defineWarehouse({
  type: 'postgres',
  title: 'PostgreSQL',
  about: 'Tables in a schema of their own; every batch is a transaction. Version 12 and later.',
  settings: PostgresSettings,
  secrets: ['password'],
  hosts: ['host'],
  plan(present, wanted, { schema }) {
    const dialect = postgresDialect(schema)
    const { at } = dialect
    const own = [
      // Who may use a schema may not always make one.
      ...(present.has(PLACE) ? [] : [`CREATE SCHEMA IF NOT EXISTS ${doubleQuoted(schema)}`]),
      `CREATE TABLE IF NOT EXISTS ${at(BATCHES)} (batch text PRIMARY KEY, tbl text NOT NULL, slice text NOT NULL, rows bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now())`,
      `CREATE TABLE IF NOT EXISTS ${at(STAGE)} (replacement text NOT NULL, batch text NOT NULL, rows jsonb NOT NULL, PRIMARY KEY (replacement, batch))`,
    ]
    const isReady = present.has(BATCHES) && present.has(STAGE)
    const indexes = wanted
      .filter(({ name }) => !present.has(name))
      .flatMap(({ name, indexed }) =>
        indexed.map(
          (column) =>
            `CREATE INDEX IF NOT EXISTS ${doubleQuoted(`${name}_${column}`)} ON ${at(name)} (${doubleQuoted(column)})`,
        ),
      )
    return [...(isReady ? [] : own), ...planTables(dialect, present, wanted), ...indexes]
  },
})
