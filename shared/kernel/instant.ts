/**
 * Instants are epoch milliseconds (UTC). This module reads and writes them, and reads durations. It never asks what
 * time it is: `now` is always passed in.
 */
export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000
export const WEEK = 604_800_000

/** ISO 8601 / RFC 3339: date alone, or date and time with `T` or a space, 0–9 fractional digits, `Z`, an offset, or nothing (UTC). */
const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?)?$/

/** Epoch milliseconds of an ISO 8601 text, or undefined if it is none or names a date that does not exist (30 February). */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== 'string' || text.length > 40) return undefined
  const m = INSTANT.exec(text.trim())
  if (!m) return undefined
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const [hour, minute, second] = [Number(m[4] ?? 0), Number(m[5] ?? 0), Number(m[6] ?? 0)]
  if (hour > 24 || minute > 59 || second > 60) return undefined
  const ms = m[7] ? Math.trunc(Number(`0.${m[7]}`) * 1_000 + 1e-6) : 0
  const offset = m[9] ? (m[9] === '-' ? -1 : 1) * (Number(m[10]) * 60 + Number(m[11] ?? 0)) : 0
  if (Math.abs(offset) > 18 * 60) return undefined
  const midnight = Date.UTC(year, month - 1, day)
  // Date.UTC rolls 30 February over into March: a date that does not come back as itself does not exist.
  if (isoDay(midnight) !== `${m[1]}-${m[2]}-${m[3]}`) return undefined
  return midnight + hour * HOUR + minute * MINUTE + second * SECOND + ms - offset * MINUTE
}

/** ISO 8601 UTC with milliseconds, e.g. `2026-03-15T12:00:00.000Z`. */
export function toIso(at: number): string {
  return new Date(at).toISOString()
}

/** The UTC calendar day of an instant, e.g. `2026-03-15`. */
export function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** Whole UTC days since 1970-01-01; the bucket of a counter. */
export function dayNumber(at: number): number {
  return Math.floor(at / DAY)
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: WEEK }

/** Milliseconds of a duration such as `90s`, `24h`, `1.5d`; undefined if it is none or longer than a hundred years. */
export function parseDuration(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const m = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d|w)$/.exec(text)
  if (!m) return undefined
  const ms = Number(m[1]) * (UNITS[m[2] as string] as number)
  return ms <= 36_500 * DAY ? Math.round(ms) : undefined
}
