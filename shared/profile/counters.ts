import { hash53 } from '../kernel/hash.ts'
import { dayNumber } from '../kernel/instant.ts'
import { type Dict, dict } from '../kernel/json.ts'

/**
 * How often each event happened, by day; days fold into months after 90. Buckets are `d<day>` (days since 1970, UTC)
 * and `m<month>` (months since 1970).
 *
 * When there are more names than the limit, those with the smallest hashes keep their own counters and the rest is
 * counted under `other`. The choice depends on the set of names alone, and a name once folded never comes back, so
 * the result is the same in any order of arrival; "the first 500 names" would not be.
 *
 * @law any order and grouping of additions gives the same counters
 */
export type Counters = Dict<Dict<number>>

export const OTHER = 'other'
export const FOLD_AFTER_DAYS = 90

export function addCount(counters: Counters, name: string, at: number, times = 1): void {
  addToBucket(counters, name, `d${dayNumber(at)}`, times)
}

/** Takes an addition back, wherever folding has put it since. */
export function takeCount(counters: Counters, name: string, at: number): void {
  for (const holder of [name, OTHER]) {
    for (const bucket of [`d${dayNumber(at)}`, monthBucket(dayNumber(at))]) {
      const buckets = counters[holder]
      if (!buckets?.[bucket]) continue
      addToBucket(counters, holder, bucket, -1)
      return
    }
  }
}

/** Adds all of `from` into `into`: the counters of the union of two disjoint sets of events. */
export function addCounters(into: Counters, from: Counters): void {
  for (const name in from) {
    for (const bucket in from[name]) addToBucket(into, name, bucket, from[name]?.[bucket] ?? 0)
  }
}

export function totalOf(counters: Counters, name: string): number {
  let total = 0
  for (const bucket in counters[name]) total += counters[name]?.[bucket] ?? 0
  return total
}

/**
 * Brings counters into their canonical form as of the newest arrival: old days in months, surplus names in `other`.
 * `touched` says which names may hold old days; without it all are looked at, which is needed once per day.
 */
export function foldCounters(counters: Counters, asOf: number, maxNames: number, touched?: Iterable<string>): void {
  const oldestDay = dayNumber(asOf) - FOLD_AFTER_DAYS
  for (const name of touched ?? Object.keys(counters)) {
    for (const bucket in counters[name]) {
      const day = bucket.startsWith('d') ? Number(bucket.slice(1)) : Number.POSITIVE_INFINITY
      if (day >= oldestDay) continue
      const times = counters[name]?.[bucket] ?? 0
      addToBucket(counters, name, monthBucket(day), times)
      addToBucket(counters, name, bucket, -times)
    }
  }
  foldNames(counters, maxNames)
}

function foldNames(counters: Counters, maxNames: number): void {
  const names = Object.keys(counters).filter((name) => name !== OTHER)
  if (names.length <= maxNames) return
  const rank = new Map(names.map((name) => [name, hash53(name)]))
  names.sort((a, b) => (rank.get(a) as number) - (rank.get(b) as number) || (a < b ? -1 : 1))
  for (const name of names.slice(maxNames)) {
    const buckets = counters[name] ?? dict<number>()
    delete counters[name]
    for (const bucket in buckets) addToBucket(counters, OTHER, bucket, buckets[bucket] ?? 0)
  }
}

function addToBucket(counters: Counters, name: string, bucket: string, times: number): void {
  const buckets = (counters[name] ??= dict())
  const next = (buckets[bucket] ?? 0) + times
  if (next > 0) buckets[bucket] = next
  else delete buckets[bucket]
  for (const _ in buckets) return
  delete counters[name]
}

function monthBucket(day: number): string {
  const date = new Date(day * 86_400_000)
  return `m${(date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()}`
}
