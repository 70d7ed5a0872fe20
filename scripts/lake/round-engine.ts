import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Column, type ColumnType, type Row, SILVER, type SilverTable } from '../../shared/lake/columns.ts'
import { partitionOf } from '../../shared/lake/lake-key.ts'
import { KEY_COLUMNS } from '../../shared/lake/split-lines.ts'
import { memorySettings, text } from './engine.ts'
import type { FileAbout } from './round-calls.ts'

/**
 * Silver by DuckDB: rows come in pieces, and go out as files of Parquet by table and hour, in order, without those that
 * are there already. What a row is says the same code as in the Worker; how many there are is DuckDB's business, which
 * puts on disk what memory does not hold.
 */
export interface RoundEngine {
  add(table: SilverTable, rows: readonly RoundRow[]): Promise<void>
  /** Hours that have rows, of each table. */
  partitions(table: SilverTable): Promise<readonly Hour[]>
  /** Leaves out what stands in these files of the hour already. */
  leaveOut(table: SilverTable, hour: Hour, paths: readonly string[]): Promise<void>
  /** What it comes to, file by file. */
  files(table: SilverTable): AsyncIterable<MadeFile>
}

export interface RoundRow {
  readonly row: Row
  readonly repeat: boolean
}

export interface Hour {
  readonly day: string
  readonly hour: string
  /** A copy of it may have been written before. */
  readonly repeats: boolean
}

export interface MadeFile {
  readonly about: FileAbout
  readonly rows: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What the Worker can read as a whole, with room: uncompressed bytes, and an index has short rows. */
const MOST_BYTES = 7_000_000
const MOST_ROWS = 10_000
const MOST_ENTRIES = 50_000

/** What only the engine knows of a row. */
const OWN = ['p_day', 'p_hour', 'p_repeat', 'p_bytes'] as const

export async function roundEngine(connection: DuckDBConnection, folder: string): Promise<RoundEngine> {
  const run = async (sql: string) => void (await connection.run(sql))
  for (const setting of memorySettings(join(folder, 'spill'))) await run(setting)
  for (const [table, { columns }] of Object.entries(SILVER))
    await run(
      `CREATE OR REPLACE TEMP TABLE made_${table} (${columns.map((one) => `${one.name} ${SQL[one.type]}`).join(', ')},
       p_day VARCHAR, p_hour VARCHAR, p_repeat BOOLEAN, p_bytes BIGINT)`,
    )
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
  return {
    async add(table, rows) {
      if (rows.length === 0) return
      const { columns } = SILVER[table]
      const path = join(folder, `${table}.ndjson`)
      writeFileSync(path, rows.map((row) => lineOf(columns, row)).join('\n'), { mode: 0o600 })
      const types = [...columns.map(({ name, type }) => `${name}: '${JSON_TYPE[type]}'`), ...OWN_TYPES].join(', ')
      await run(
        `INSERT INTO made_${table} SELECT ${[...columns.map(readOf), ...OWN].join(', ')} FROM read_json(${text(path)},
         format = 'newline_delimited', maximum_object_size = ${MOST_LINE}, columns = {${types}})`,
      )
      rmSync(path)
    },
    async partitions(table) {
      const found = await rowsOf(
        `SELECT p_day AS day, p_hour AS hour, bool_or(p_repeat) AS repeats FROM made_${table} GROUP BY ALL ORDER BY ALL`,
      )
      return found.map(({ day, hour, repeats }) => ({
        day: String(day),
        hour: String(hour),
        repeats: repeats === true,
      }))
    },
    async leaveOut(table, { day, hour }, paths) {
      const keys = KEY_COLUMNS[table].join(', ')
      if (keys === '' || paths.length === 0) return
      await run(
        `DELETE FROM made_${table} WHERE p_day = ${text(day)} AND p_hour = ${text(hour)} AND (${keys}) IN (
         SELECT ${keys.includes(',') ? `(${keys})` : keys} FROM read_parquet([${paths.map(text).join(', ')}], union_by_name = true))`,
      )
    },
    async *files(table) {
      const { columns } = SILVER[table]
      const names = columns.map(({ name }) => name).join(', ')
      const most = table === 'index' ? MOST_ENTRIES : MOST_ROWS
      const order = table === 'index' ? 'key, object, line' : ['received_at', ...KEY_COLUMNS[table]].join(', ')
      await run(
        `CREATE OR REPLACE TEMP TABLE parts AS SELECT *, (nth - 1) // ${most} + before // ${MOST_BYTES} AS part FROM (
         SELECT *, row_number() OVER hours AS nth, coalesce(sum(p_bytes) OVER (hours ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS before
         FROM made_${table} WINDOW hours AS (PARTITION BY p_day, p_hour ORDER BY ${order}))`,
      )
      const parts = await rowsOf(
        `SELECT p_day, p_hour, part, count(*) AS rows, epoch_ms(min(received_at)) AS first, epoch_ms(max(received_at)) AS last,
         count(*) FILTER (p_repeat) AS repeats FROM parts GROUP BY p_day, p_hour, part ORDER BY ALL`,
      )
      const path = join(folder, `${table}.parquet`)
      for (const { p_day, p_hour, part, rows, first, last, repeats } of parts) {
        await run(
          `COPY (SELECT ${names} FROM parts WHERE p_day = ${text(String(p_day))} AND p_hour = ${text(String(p_hour))}
           AND part = ${part} ORDER BY nth) TO ${text(path)} (FORMAT parquet, COMPRESSION snappy)`,
        )
        const about = { table, from: Number(first), to: Number(last), repeats: Number(repeats) }
        yield { about, rows: Number(rows), bytes: new Uint8Array(readFileSync(path)) }
      }
      rmSync(path, { force: true })
      await run('DROP TABLE parts')
      await run(`DELETE FROM made_${table}`)
    },
  }
}

/** A line of bronze has 32 KB of event at most, and a quarantined one stands there as a whole. */
const MOST_LINE = 64_000_000

const SQL: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  json: 'JSON',
  instant: 'TIMESTAMPTZ',
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
}

/** Objects travel as texts, so that they stay as JavaScript writes them. */
const JSON_TYPE: Readonly<Record<ColumnType, string>> = { ...SQL, json: 'VARCHAR', instant: 'BIGINT' }
const OWN_TYPES = ["p_day: 'VARCHAR'", "p_hour: 'VARCHAR'", "p_repeat: 'BOOLEAN'", "p_bytes: 'BIGINT'"]

function readOf({ name, type }: Column): string {
  return type === 'json' ? `${name}::JSON` : type === 'instant' ? `make_timestamptz(${name} * 1000)` : name
}

/** What a row takes beside its objects. */
const ENVELOPE_BYTES = 200

function lineOf(columns: readonly Column[], { row, repeat }: RoundRow): string {
  const { day, hour } = partitionOf(Number(row['received_at']))
  const fields: Record<string, unknown> = {}
  let bytes = ENVELOPE_BYTES
  for (const { name, type } of columns) {
    const value = row[name]
    if (value === null || value === undefined) continue
    const written = type === 'json' ? JSON.stringify(value) : type === 'text' ? String(value) : value
    if (type === 'json') bytes += String(written).length
    fields[name] = written
  }
  return JSON.stringify({ ...fields, p_day: day, p_hour: hour, p_repeat: repeat, p_bytes: bytes })
}
