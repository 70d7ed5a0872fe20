import { DAY, MINUTE, parseInstant } from '../kernel/instant.ts'

/**
 * When an event happened, from what the client's clock said and when it arrived (contracts/sdk.md §8, DESIGN §4).
 * The difference between `sentAt` and the original time is a duration by one clock, so it survives a wrong clock.
 */
export interface ClientTimes {
  readonly originalTimestamp: unknown
  readonly timestamp: unknown
  /** Of the event, else of the batch, else of the request header. */
  readonly sentAt: unknown
  /** `context.library.name`. */
  readonly library: string | undefined
}

/** Write `sentAt` once, before the first try: after an offline period their correction would move the time to the arrival. */
const STAMPS_SENT_AT_ONCE: ReadonlySet<string> = new Set(['analytics-go', 'analytics-kotlin', 'analytics-swift'])
const MOST_AHEAD_MS = 5 * MINUTE
const EARLIEST = 30 * 365.25 * DAY - DAY / 2 // 2000-01-01T00:00:00Z

/** The event's time in epoch milliseconds; `clock` when the time was impossible and became `receivedAt`. */
export function decideTime(
  times: ClientTimes,
  receivedAt: number,
): { readonly timestamp: number; readonly clock: boolean } {
  const at = correctedTime(times, receivedAt)
  if (at === undefined) return { timestamp: receivedAt, clock: false }
  if (at > receivedAt + MOST_AHEAD_MS || at < EARLIEST) return { timestamp: receivedAt, clock: true }
  return { timestamp: at, clock: false }
}

function correctedTime(times: ClientTimes, receivedAt: number): number | undefined {
  const given = parseInstant(times.timestamp)
  const original = parseInstant(times.originalTimestamp) ?? given
  // RudderStack's server-side shape has both: the second is already corrected.
  if (given !== undefined && parseInstant(times.originalTimestamp) !== undefined) return given
  if (original === undefined) return undefined
  const sent = parseInstant(times.sentAt)
  if (sent === undefined) return original
  const stampedOnce = times.library !== undefined && STAMPS_SENT_AT_ONCE.has(times.library)
  if (stampedOnce && receivedAt - sent > MOST_AHEAD_MS) return original
  return receivedAt - (sent - original)
}

/** An event is late when it is older than window and grace at its arrival: a pure function of the copy. */
export function isLate(timestamp: number, receivedAt: number, windowMs: number, graceMs: number): boolean {
  return timestamp < receivedAt - windowMs - graceMs
}
