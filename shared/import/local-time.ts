import { HOUR } from '../kernel/instant.ts'

/**
 * Wall-clock time of a place to an instant. Where clocks go back an hour happens twice: the first one is meant. Where
 * they go forward an hour is missing: a time in it means as much later (02:30 becomes 03:30), as Temporal's `compatible`.
 *
 * @law an instant's wall-clock time means that instant, or the same reading of the clock before it went back
 */
export function instantInZone(wallClock: number, zone: string): number {
  // The offset changes at most once in these two days, so one side's offset is right unless the hour is missing.
  const before = offsetAt(wallClock - 24 * HOUR, zone)
  const after = offsetAt(wallClock + 24 * HOUR, zone)
  const [first, second] = [wallClock - before, wallClock - after]
  if (offsetAt(first, zone) === before && offsetAt(second, zone) === after) return Math.min(first, second)
  if (offsetAt(second, zone) === after) return second
  return first
}

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

/** An IANA name (`Europe/Berlin`), `UTC`, or an offset (`+05:30`). */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** Making one takes longer than using it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError for a zone that does not exist */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    const two = '2-digit'
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    })
    formats.set(timeZone, format)
  }
  return format
}
