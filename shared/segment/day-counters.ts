import { DAY, dayNumber } from '../kernel/instant.ts'
import { matchesName } from '../kernel/name-pattern.ts'
import type { EventRef, FoldedEvents } from './person-view.ts'

/**
 * What day counters say of events that are not at hand: how many happened on a day or in a month. `d<day>` counts days
 * since 1970 (UTC), `m<month>` months; names beyond a profile's limit are counted together under `other`.
 */
export type DayCounters = { readonly [name: string]: { readonly [bucket: string]: number } }

const OTHER = 'other'

export interface Held {
  /** Events that match the pattern and are at hand, oldest first: they are counted too, and taken off. */
  readonly events: readonly EventRef[]
  /** Nothing that is not at hand happened before or after. */
  readonly from: number
  readonly to: number
}

/** Per bucket, how many events that match the pattern there are beside those at hand. */
export function foldedIn(all: readonly DayCounters[], pattern: string, held: Held): readonly FoldedEvents[] {
  const buckets = new Map<string, { named: number; other: number }>()
  const add = (counts: DayCounters[string] | undefined, kind: 'named' | 'other') => {
    for (const bucket in counts) {
      const sums = buckets.get(bucket) ?? { named: 0, other: 0 }
      sums[kind] += counts[bucket] ?? 0
      buckets.set(bucket, sums)
    }
  }
  for (const counters of all) {
    // Under `other` there may be any name, the name `other` included; with `*` all of them match.
    if (Object.hasOwn(counters, OTHER)) add(counters[OTHER], pattern === '*' ? 'named' : 'other')
    if (!pattern.endsWith('*')) {
      if (pattern !== OTHER && Object.hasOwn(counters, pattern)) add(counters[pattern], 'named')
      continue
    }
    for (const name in counters) if (name !== OTHER && matchesName(pattern, name)) add(counters[name], 'named')
  }
  const folded: FoldedEvents[] = []
  // Days before months: what a day does not account for is in its month.
  const taken = new Map<string, number>()
  for (const { at } of held.events) {
    const day = `d${dayNumber(at)}`
    const room = buckets.get(day)
    const bucket = room && room.named + room.other > (taken.get(day) ?? 0) ? day : monthOf(at)
    taken.set(bucket, (taken.get(bucket) ?? 0) + 1)
  }
  for (const [bucket, { named, other }] of buckets) {
    const { from, to } = spanOfBucket(bucket)
    const atHand = taken.get(bucket) ?? 0
    const stretch = {
      from: Math.max(from, held.from),
      to: Math.min(to, held.to),
      least: Math.max(0, named - atHand),
      most: Math.max(0, named + other - atHand),
    }
    if (stretch.from <= stretch.to && stretch.most > 0) folded.push(stretch)
  }
  return folded
}

function monthOf(at: number): string {
  const date = new Date(at)
  return `m${(date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()}`
}

/** First and last instant of a bucket. */
export function spanOfBucket(bucket: string): { readonly from: number; readonly to: number } {
  const n = Number(bucket.slice(1))
  if (bucket.startsWith('d')) return { from: n * DAY, to: (n + 1) * DAY - 1 }
  return { from: Date.UTC(1970, n, 1), to: Date.UTC(1970, n + 1, 1) - 1 }
}
