import type { Outcome } from '../event/outcome.ts'
import { addCalls, type PluginCalls } from './plugin-calls.ts'
import type { Slots } from './pulse.ts'
import { addHours, type SourceHours } from './source-hours.ts'

/**
 * What a Meter object counts, one row per consumer batch, summed on read. Labels are a closed vocabulary, so sums over
 * shards and over time are sums of equal keys: `applied`, `duplicate`, `dropped:<reason>`, `rejected:<reason>`,
 * `dead_letter:<stage>` are outcomes and add up to the copies accepted; `late`, `conflict`, `redelivered`,
 * `waits:<what for>`, `refused_link:<reason>`, `hook_refused:<provider>:<reason>`, `plugin:<id>:<outcome>`, `violation:<kind>`, `stage:<stage>:<outcome>` are
 * observations beside them.
 */
export type Counts = { [label: string]: number }

export interface Histogram {
  /** Observations at or below each bound of LATENCY_BOUNDS_MS, then above all of them; not cumulative. */
  buckets: number[]
  sumMs: number
}

export interface MeterReading {
  counts: Counts
  /** Edge arrival to durable in the queue. */
  ingest: Histogram
  /** Edge arrival to applied to the profile. */
  apply: Histogram
  /** By source and hour; not in the rows of older versions. */
  sources?: SourceHours
  /** Calls of plugins; only of workspaces that have some. */
  plugins?: PluginCalls
  /** Of a sum of rows: when its copies were decided (pulse.ts). A row of one batch says it by its time. */
  slots?: Slots
}

export const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000, 600_000] as const

export function emptyReading(): MeterReading {
  return { counts: {}, ingest: emptyHistogram(), apply: emptyHistogram() }
}

function emptyHistogram(): Histogram {
  return { buckets: new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0), sumMs: 0 }
}

export function observe(histogram: Histogram, ms: number, times = 1): void {
  const at = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound)
  const bucket = at === -1 ? LATENCY_BOUNDS_MS.length : at
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + times
  histogram.sumMs += ms * times
}

export function count(counts: Counts, label: string, times = 1): void {
  if (times !== 0) counts[label] = (counts[label] ?? 0) + times
}

export function countOutcome(counts: Counts, outcome: Outcome): void {
  count(counts, labelOf(outcome))
  if (outcome.kind === 'applied' && outcome.late) count(counts, 'late')
  if (outcome.kind === 'duplicate' && outcome.conflict) count(counts, 'conflict')
}

function labelOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'applied':
    case 'duplicate':
      return outcome.kind
    case 'dropped':
    case 'rejected':
      return `${outcome.kind}:${outcome.reason}`
    case 'dead_letter':
      return `${outcome.kind}:${outcome.stage}`
  }
}

/** Adds one reading to another; commutative and associative, so shards may be summed in any order. */
export function addReading(into: MeterReading, other: MeterReading): MeterReading {
  for (const label of Object.keys(other.counts)) count(into.counts, label, other.counts[label])
  addHistogram(into.ingest, other.ingest)
  addHistogram(into.apply, other.apply)
  if (other.sources) addHours((into.sources ??= {}), other.sources)
  if (other.plugins) addCalls((into.plugins ??= {}), other.plugins)
  return into
}

function addHistogram(into: Histogram, other: Histogram): void {
  for (let i = 0; i < into.buckets.length; i++) into.buckets[i] = (into.buckets[i] ?? 0) + (other.buckets[i] ?? 0)
  into.sumMs += other.sumMs
}
