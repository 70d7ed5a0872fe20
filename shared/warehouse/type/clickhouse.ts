import { z } from 'zod'
import type { Column } from '../../lake/columns.ts'
import { SQL_NAME } from '../sql.ts'
import { EVENTS, hasSlices, SLICE_COLUMN, type WantedTable } from '../wanted-tables.ts'
import { defineWarehouse, PLACE, type Present } from '../warehouse.ts'

export const ClickHouseSettings = z.strictObject({
  url: z.url().max(2_000).meta({ description: 'Of the HTTP interface: https://example.clickhouse.cloud:8443' }),
  user: z.string().min(1).max(200).default('default'),
  password: z.string().min(1).max(1_000),
  database: z
    .string()
    .regex(SQL_NAME, 'must be lower-case letters, digits and _')
    .default('tributary')
    .meta({ description: 'Made when it is not there' }),
})
export type ClickHouseSettings = z.output<typeof ClickHouseSettings>

const TYPES = {
  text: 'String',
  json: 'String',
  instant: "DateTime64(3, 'UTC')",
  boolean: 'Bool',
  integer: 'Int64',
  number: 'Float64',
} as const

export const CLICKHOUSE_BATCHES = '_tributary_batches'
/** Events once each, under their present owner: what readers should read. */
export const EVENTS_NOW = 'events_now'

/** ClickHouse has no transactions: what is inserted under a token it has seen it leaves out, also outside of clusters. */
const SETTINGS = 'non_replicated_deduplication_window = 10000'

export function clickhouseTable(database: string, name: string): string {
  return `${quoted(database)}.${quoted(name)}`
}

export const clickhouse = defineWarehouse({
  type: 'clickhouse',
  title: 'ClickHouse',
  about:
    'Over HTTP. `events` is a ReplacingMergeTree; the view `events_now` has each event once, under its present owner. ' +
    'Version 23.8 and later.',
  settings: ClickHouseSettings,
  secrets: ['password'],
  addresses: ['url'],
  plan(present, wanted, { database }) {
    const at = (name: string) => clickhouseTable(database, name)
    const own = [
      ...(present.has(PLACE) ? [] : [`CREATE DATABASE IF NOT EXISTS ${quoted(database)}`]),
      `CREATE TABLE IF NOT EXISTS ${at(CLICKHOUSE_BATCHES)} (batch String, tbl String, slice String, rows Int64, loaded_at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY batch`,
    ]
    const steps = wanted.flatMap((table) => tableSteps(present, table, at))
    const isNew = steps.some((step) => step.includes(` ${at(EVENTS.name)} `)) || !present.has(EVENTS_NOW)
    const hasEvents = wanted.some(({ name }) => name === EVENTS.name)
    return [
      ...(present.has(CLICKHOUSE_BATCHES) ? [] : own),
      ...steps,
      ...(hasEvents && isNew ? [`CREATE OR REPLACE VIEW ${at(EVENTS_NOW)} AS ${eventsNow(at)}`] : []),
    ]
  },
})

function tableSteps(present: Present, table: WantedTable, at: (name: string) => string): readonly string[] {
  const there = present.get(table.name)
  if (!there) {
    const columns = table.columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`).join(', ')
    return [
      `CREATE TABLE IF NOT EXISTS ${at(table.name)} (${columns}) ENGINE = ${engineOf(table)} SETTINGS ${SETTINGS}`,
    ]
  }
  return table.columns
    .filter(({ name }) => !there.has(name))
    .map(
      ({ required: _, ...column }) =>
        `ALTER TABLE ${at(table.name)} ADD COLUMN IF NOT EXISTS ${quoted(column.name)} ${typeOf(column)}`,
    )
}

function engineOf(table: WantedTable): string {
  const order = table.key.length > 0 ? table.key : ['canonical_id']
  const by = `ORDER BY (${order.map(quoted).join(', ')})`
  if (table.kind === 'grows') return `ReplacingMergeTree PARTITION BY toYYYYMM(received_at) ${by}`
  // A day is a partition, so that it can be replaced at once.
  return `MergeTree ${hasSlices(table) ? `PARTITION BY ${SLICE_COLUMN} ` : ''}${by}`
}

function eventsNow(at: (name: string) => string): string {
  const columns = EVENTS.columns.map(({ name }) =>
    name === 'canonical_id'
      ? `if(m.leaf = '', e.leaf, m.canonical_id) AS canonical_id`
      : `e.${quoted(name)} AS ${quoted(name)}`,
  )
  return `SELECT ${columns.join(', ')} FROM ${at(EVENTS.name)} AS e FINAL LEFT JOIN ${at('merges')} AS m ON m.leaf = e.leaf`
}

function typeOf({ type, required }: Column): string {
  return required ? TYPES[type] : `Nullable(${TYPES[type]})`
}

/** Between backticks; our names and the checked one of the database have none. */
function quoted(name: string): string {
  return `\`${name}\``
}
