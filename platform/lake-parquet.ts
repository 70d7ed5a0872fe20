import { createHash } from 'node:crypto'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { isObject, type JsonValue } from '../shared/kernel/json.ts'
import type { Column, ColumnType, Row, Table } from '../shared/lake/columns.ts'

/**
 * Rows as Parquet and back. Instants are TIMESTAMP in milliseconds, adjusted to UTC (TIMESTAMPTZ of DuckDB); objects are
 * columns of type JSON. What a column is called may be anything: only our own names are columns.
 */
type Element = NonNullable<Parameters<typeof parquetWrite>[0]['schema']>[number]

const ELEMENTS: Readonly<Record<ColumnType, Omit<Element, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
}

/** The bytes of a file. The same rows give the same bytes. */
export function writeParquet(table: Table, rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  parquetWrite({
    writer,
    schema: [{ name: 'root', num_children: table.columns.length }, ...table.columns.map(elementOf)],
    columnData: table.columns.map((column) => ({
      name: column.name,
      data: rows.map((row) => written(column, row[column.name] ?? null)),
      // Least and greatest are for finding rows; of objects nobody asks that, and they would stand there in full.
      statistics: column.type !== 'json',
    })),
    rowGroupSize: Math.max(1, rows.length),
    createdBy: 'tributary',
  })
  return writer.getBytes().slice()
}

/** Rows of a file of any age: a column that it does not have is null. */
export async function readParquet(
  table: Table,
  bytes: ArrayBuffer,
  only: readonly string[] = table.columns.map(({ name }) => name),
): Promise<Row[]> {
  const metadata = parquetMetadata(bytes)
  const there = new Set(metadata.schema.map(({ name }) => name))
  const rows = await parquetReadObjects({
    file: bytes,
    metadata,
    columns: only.filter((name) => there.has(name)),
    parsers: {
      timestampFromMilliseconds: (ms: bigint) => Number(ms),
      // DuckDB's, for its only type of instants with a time zone.
      timestampFromMicroseconds: (us: bigint) => Number(us / 1_000n),
      stringFromBytes: (utf8: Uint8Array | undefined) => utf8 && decoder.decode(utf8),
      jsonFromBytes: (utf8: Uint8Array | undefined) => utf8 && JSON.parse(decoder.decode(utf8)),
    },
  })
  const columns = table.columns.filter(({ name }) => only.includes(name))
  return rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, read(row[name])])))
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const decoder = new TextDecoder()

function elementOf({ name, type, required }: Column): Element {
  return { name, ...ELEMENTS[type], repetition_type: required ? 'REQUIRED' : 'OPTIONAL' }
}

function written({ type }: Column, value: JsonValue): unknown {
  if (value === null) return undefined
  switch (type) {
    case 'json':
      // The writer would copy an object key by key, and lose one that is called __proto__.
      return Object.assign(Object.create(null), { toJSON: () => value })
    case 'integer':
      return BigInt(Math.trunc(Number(value)))
    case 'instant':
      return BigInt(Math.trunc(Number(value)))
    case 'text':
      return String(value)
    case 'boolean':
    case 'number':
      return value
  }
}

function read(value: unknown): JsonValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return Number(value)
  if (isObject(value) || Array.isArray(value)) return value as JsonValue
  return value as string | number | boolean
}
