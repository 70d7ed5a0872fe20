import { MINUTE, parseInstant, toIso } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { wallClockBy } from './date-pattern.ts'
import type { RowFaultCode } from './import-format.ts'
import { instantInZone } from './local-time.ts'

/** What a cell means, by the type that the mapping gives it. Values of JSON files come as they are. */
export const FIELD_TYPES = ['string', 'number', 'boolean', 'date', 'json'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

export interface ValueRule {
  readonly type: FieldType
  /** Of a date that is not ISO 8601. */
  readonly pattern?: string | undefined
  /** Where the clocks are that a time without an offset was read from; UTC when absent. */
  readonly zone?: string | undefined
}

export interface ValueFault {
  readonly code: RowFaultCode
  readonly message: string
}

/** The value, or what is wrong with it. Blank cells never come here: they are absent. */
export function fieldValue(raw: JsonValue, rule: ValueRule): Result<JsonValue, ValueFault> {
  switch (rule.type) {
    case 'string':
      return ok(typeof raw === 'string' ? raw : typeof raw === 'object' ? JSON.stringify(raw) : String(raw))
    case 'number':
      return numberOf(raw)
    case 'boolean':
      return booleanOf(raw)
    case 'date': {
      const at = instantOf(raw, rule)
      return at === undefined
        ? fault('bad_date', rule.pattern ? `is no date like ${rule.pattern}` : DATE)
        : ok(toIso(at))
    }
    case 'json':
      return typeof raw === 'string' ? parsed(raw) : ok(raw)
  }
}

const DATE = 'is no date or time (ISO 8601, or epoch seconds or milliseconds)'

function fault(code: RowFaultCode, message: string): Result<never, ValueFault> {
  return err({ code, message })
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** A comma is refused: whether `1,234` is a thousand or one depends on the country. */
function numberOf(raw: JsonValue): Result<JsonValue, ValueFault> {
  if (typeof raw === 'number') return ok(raw)
  const text = typeof raw === 'string' ? raw.trim() : ''
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? ok(value) : fault('bad_number', 'is no number (digits, a point, no other signs)')
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'y', 't', '1', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', 'f', '0', 'off'].map((word) => [word, false] as const),
])

function booleanOf(raw: JsonValue): Result<JsonValue, ValueFault> {
  if (typeof raw === 'boolean') return ok(raw)
  const value = BOOLEANS.get(String(raw).trim().toLowerCase())
  return value === undefined ? fault('bad_boolean', 'is neither true nor false') : ok(value)
}

function parsed(text: string): Result<JsonValue, ValueFault> {
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch {
    return fault('bad_json', 'is not valid JSON')
  }
}

const EPOCH = /^(\d{10}|\d{13})$/
/** A time with an offset or a Z; what has none was read from a clock on a wall. */
const HAS_ZONE = /\d[Tt ]\d{2}:\d{2}.*([Zz]|[+-]\d{2}(:?\d{2})?)$/
/** Offsets go up to 14 hours; with this the wall clock of year 9999 stays a date. */
const LATEST = Date.UTC(9999, 11, 31) - 24 * 60 * MINUTE

/** Epoch milliseconds, or undefined for what is no time. */
export function instantOf(raw: JsonValue, { pattern, zone }: Pick<ValueRule, 'pattern' | 'zone'>): number | undefined {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim() : ''
  if (pattern !== undefined) return inZone(wallClockBy(pattern, text), zone)
  if (EPOCH.test(text)) return Number(text) * (text.length === 10 ? 1_000 : 1)
  return HAS_ZONE.test(text) ? parseInstant(text) : inZone(parseInstant(text), zone)
}

function inZone(wallClock: number | undefined, zone: string | undefined): number | undefined {
  if (wallClock === undefined || zone === undefined || wallClock > LATEST) return wallClock
  return instantInZone(wallClock, zone)
}
