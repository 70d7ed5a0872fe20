import type { Outcome } from '../event/outcome.ts'
import { HOUR } from '../kernel/instant.ts'

/**
 * What came of each source's copies, by the hour of their arrival. It travels in the rows of the Meter objects, which are
 * written once per consumer batch anyway, so that a source's statistics cost no write of their own.
 */
export interface HourCounts {
  /** Copies that are valid messages, whatever became of them. */
  readonly accepted: number
  /** Copies that are no messages. */
  readonly rejected: number
  /** Of the accepted: dropped on purpose. */
  readonly dropped: number
  /** Arrival of the newest, in epoch milliseconds. */
  readonly lastAt: number
}

/** By source and hour (epoch milliseconds of its beginning, as text). */
export type SourceHours = { [source: string]: { [hour: string]: HourCounts } }

export function countAt(into: SourceHours, source: string, receivedAt: number, outcome: Outcome): void {
  const isRejected = outcome.kind === 'rejected'
  const counts = {
    accepted: isRejected ? 0 : 1,
    rejected: isRejected ? 1 : 0,
    dropped: outcome.kind === 'dropped' ? 1 : 0,
    lastAt: receivedAt,
  }
  addHour(into, source, String(receivedAt - (receivedAt % HOUR)), counts)
}

/**
 * Adds other counts to these.
 * @law counts of sources are the same in any order and any grouping
 */
export function addHours(into: SourceHours, other: SourceHours): void {
  for (const [source, hours] of Object.entries(other)) {
    for (const [hour, counts] of Object.entries(hours)) addHour(into, source, hour, counts)
  }
}

function addHour(into: SourceHours, source: string, hour: string, counts: HourCounts): void {
  into[source] ??= {}
  const hours = into[source]
  const before = hours[hour]
  hours[hour] = before ? sumOf(before, counts) : counts
}

export function sumOf(a: HourCounts, b: HourCounts): HourCounts {
  return {
    accepted: a.accepted + b.accepted,
    rejected: a.rejected + b.rejected,
    dropped: a.dropped + b.dropped,
    lastAt: Math.max(a.lastAt, b.lastAt),
  }
}

export const NO_COUNTS: HourCounts = { accepted: 0, rejected: 0, dropped: 0, lastAt: 0 }

/** A week by the hour is what operators look at. */
export const KEPT_HOURS = 168
/** What one row of a Meter holds of this: some 80 bytes each. */
const MOST_CELLS = 8_000

/**
 * Without what is older than a week, but for the last hour of each source: when it was last seen is the first thing that
 * is asked about a source that fell silent. Of very many sources only those that were seen last are kept.
 */
export function recentHours(all: SourceHours, now: number): SourceHours {
  const oldest = now - KEPT_HOURS * HOUR
  const cells = Object.entries(all).flatMap(([source, hours]) => {
    const newest = Math.max(...Object.keys(hours).map(Number))
    return Object.entries(hours)
      .filter(([hour]) => Number(hour) > oldest || Number(hour) === newest)
      .map(([hour, counts]) => ({ source, hour, counts }))
  })
  if (cells.length > MOST_CELLS) cells.sort((a, b) => Number(b.hour) - Number(a.hour)).splice(MOST_CELLS)
  const kept: SourceHours = {}
  for (const { source, hour, counts } of cells) addHour(kept, source, hour, counts)
  return kept
}
