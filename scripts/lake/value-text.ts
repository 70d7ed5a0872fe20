import type { DuckDBLogicalType, DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { isObject } from '../../shared/kernel/json.ts'

/**
 * Values of DuckDB as JSON, written out: an integer of any size keeps its digits, which a number of JavaScript would not,
 * and what is JSON in the lake is JSON here.
 */
export type Writer = (value: DuckDBValue) => string

const NULL = 'null'
const WHOLE = /^-?\d+$/

/** How the values of each column are written. `logical` types know what a plain type does not: which text is JSON. */
export function jsonWriters(result: DuckDBResult): readonly Writer[] {
  return result.columnNames().map((_, i) => writerOf(result.columnLogicalType(i)))
}

function writerOf(type: DuckDBLogicalType): Writer {
  const known = type.alias === 'JSON' ? writeJson : (innerWriter(type) ?? writeScalar)
  return (value) => (value === null || value === undefined ? NULL : known(value))
}

/** Of lists, structs and maps: what is in them has types of its own. */
function innerWriter(type: DuckDBLogicalType): Writer | undefined {
  if ('keyType' in type && 'valueType' in type) {
    const [key, value] = [writerOf(type.keyType as DuckDBLogicalType), writerOf(type.valueType as DuckDBLogicalType)]
    return (map) => {
      const entries = (map as unknown as { entries: { key: DuckDBValue; value: DuckDBValue }[] }).entries
      return `{${entries.map((entry) => `${asKey(key(entry.key))}:${value(entry.value)}`).join(',')}}`
    }
  }
  if ('valueType' in type) {
    const item = writerOf(type.valueType as DuckDBLogicalType)
    return (list) => `[${(list as unknown as { items: DuckDBValue[] }).items.map(item).join(',')}]`
  }
  if ('entryNames' in type) {
    const struct = type as unknown as { entryNames(): string[]; entryLogicalTypes(): DuckDBLogicalType[] }
    const writers = struct.entryLogicalTypes().map(writerOf)
    const names = struct.entryNames()
    return (value) => {
      const { entries } = value as unknown as { entries: Record<string, DuckDBValue> }
      return `{${names.map((name, i) => `${JSON.stringify(name)}:${writers[i]?.(entries[name] ?? null)}`).join(',')}}`
    }
  }
  return undefined
}

function asKey(written: string): string {
  return written.startsWith('"') ? written : JSON.stringify(written)
}

function writeJson(value: DuckDBValue): string {
  const text = String(value)
  try {
    JSON.parse(text)
    return text.trim()
  } catch {
    return JSON.stringify(text)
  }
}

function writeScalar(value: DuckDBValue): string {
  switch (typeof value) {
    case 'boolean':
      return String(value)
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : NULL
    case 'string':
      return JSON.stringify(value)
    default:
      return writeObject(value)
  }
}

function writeObject(value: DuckDBValue): string {
  const name = value?.constructor.name
  const text = String(value)
  // Of these a text is a number already, with all its digits.
  if (name === 'DuckDBDecimalValue') return text
  if (isInstant(value)) return JSON.stringify(instantText(value.micros, name === 'DuckDBTimestampTZValue'))
  return WHOLE.test(text) ? text : JSON.stringify(text)
}

function isInstant(value: unknown): value is { micros: bigint } {
  const name = isObject(value) ? (value as object).constructor.name : ''
  return name === 'DuckDBTimestampTZValue' || name === 'DuckDBTimestampValue'
}

/** ISO 8601 with milliseconds, as the API has it; with microseconds where there are some. */
function instantText(micros: bigint, isZoned: boolean): string {
  const ms = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n)
  const rest = micros - ms * 1000n
  const far = ms > 8_640_000_000_000_000n || ms < -8_640_000_000_000_000n
  if (far) return micros > 0n ? 'infinity' : '-infinity'
  const iso = new Date(Number(ms)).toISOString().slice(0, -1)
  return `${iso}${rest === 0n ? '' : String(rest).padStart(3, '0')}${isZoned ? 'Z' : ''}`
}

/** What JSON writes, for a cell: a text without its quotes, nothing for null. */
export function cellText(json: string): string {
  if (json === NULL) return ''
  return json.startsWith('"') ? String(JSON.parse(json)) : json
}
