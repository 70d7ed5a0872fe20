import { MINUTE } from '../kernel/instant.ts'

/**
 * How calls of plugins went, by slices of ten minutes. It travels in the rows of the Meter objects, which are written
 * once per consumer batch anyway, so that knowing how a plugin is costs no write of its own.
 */
export interface CallCounts {
  readonly calls: number
  /** Events that it was asked about. */
  readonly events: number
  /** Calls without an answer, those that took too long among them. */
  readonly failed: number
  readonly timeouts: number
  /** Events that were not asked about because the circuit was open. */
  readonly skipped: number
  /** Calls at or below each bound of CALL_BOUNDS_MS, then above all of them; not cumulative. */
  readonly tookMs: readonly number[]
  readonly lastError: { readonly at: number; readonly reason: string } | null
}

/** By plugin and slice (epoch milliseconds of its beginning, as text). */
export type PluginCalls = { [plugin: string]: { [slice: string]: CallCounts } }

export const CALL_BOUNDS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const
const SLICE_MS = 10 * MINUTE
/** What operators look at: the last hour. */
const SHOWN_MS = 60 * MINUTE

export const NO_CALLS: CallCounts = {
  calls: 0,
  events: 0,
  failed: 0,
  timeouts: 0,
  skipped: 0,
  tookMs: new Array<number>(CALL_BOUNDS_MS.length + 1).fill(0),
  lastError: null,
}

/** One call that went, or was not made. */
export interface CallFacts {
  readonly outcome: 'answered' | 'failed' | 'timeout' | 'skipped'
  readonly at: number
  readonly tookMs: number
  readonly events: number
  readonly reason?: string | undefined
}

export function countCall(into: PluginCalls, plugin: string, facts: CallFacts): void {
  const { outcome, at, tookMs, events, reason } = facts
  const isMade = outcome !== 'skipped'
  const bound = CALL_BOUNDS_MS.findIndex((most) => tookMs <= most)
  const bucket = isMade ? (bound === -1 ? CALL_BOUNDS_MS.length : bound) : -1
  const counts: CallCounts = {
    calls: isMade ? 1 : 0,
    events: isMade ? events : 0,
    failed: outcome === 'failed' || outcome === 'timeout' ? 1 : 0,
    timeouts: outcome === 'timeout' ? 1 : 0,
    skipped: isMade ? 0 : events,
    tookMs: NO_CALLS.tookMs.map((_, i) => (i === bucket ? 1 : 0)),
    lastError: reason === undefined || !isMade ? null : { at, reason: reason.slice(0, 300) },
  }
  addSlice(into, plugin, String(at - (at % SLICE_MS)), counts)
}

/**
 * Adds other counts to these.
 * @law counts of calls are the same in any order and any grouping
 */
export function addCalls(into: PluginCalls, other: PluginCalls): void {
  for (const [plugin, slices] of Object.entries(other))
    for (const [slice, counts] of Object.entries(slices)) addSlice(into, plugin, slice, counts)
}

function addSlice(into: PluginCalls, plugin: string, slice: string, counts: CallCounts): void {
  into[plugin] ??= {}
  const slices = into[plugin]
  const before = slices[slice]
  slices[slice] = before ? sumOfCalls(before, counts) : counts
}

export function sumOfCalls(a: CallCounts, b: CallCounts): CallCounts {
  return {
    calls: a.calls + b.calls,
    events: a.events + b.events,
    failed: a.failed + b.failed,
    timeouts: a.timeouts + b.timeouts,
    skipped: a.skipped + b.skipped,
    tookMs: a.tookMs.map((count, i) => count + (b.tookMs[i] ?? 0)),
    lastError: laterError(a.lastError, b.lastError),
  }
}

function laterError(a: CallCounts['lastError'], b: CallCounts['lastError']): CallCounts['lastError'] {
  if (!a || !b) return a ?? b
  if (a.at !== b.at) return a.at > b.at ? a : b
  return a.reason >= b.reason ? a : b
}

/** Without what is older than an hour, but for the last error of each: it is the first thing that is asked about. */
export function recentCalls(all: PluginCalls, now: number): PluginCalls {
  const kept: PluginCalls = {}
  for (const [plugin, slices] of Object.entries(all)) {
    const latest = Object.values(slices).reduce(
      (last, { lastError }) => laterError(last, lastError),
      NO_CALLS.lastError,
    )
    for (const [slice, counts] of Object.entries(slices)) {
      const isShown = Number(slice) + SLICE_MS > now - SHOWN_MS
      if (isShown || (latest && counts.lastError === latest)) addSlice(kept, plugin, slice, counts)
    }
  }
  return kept
}

/** The same as labels that are never forgotten, `plugin:<id>:<outcome>`: what is shown of the last hour is no counter. */
export function countsOfCalls(all: PluginCalls): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([plugin, slices]) => {
      const { calls, failed, timeouts } = Object.values(slices).reduce(sumOfCalls, NO_CALLS)
      const outcomes = { answered: calls - failed, failed: failed - timeouts, timeout: timeouts }
      return Object.entries(outcomes).map(([outcome, count]) => [`plugin:${plugin}:${outcome}`, count])
    }),
  )
}

/** How a plugin was in the last hour (to the slice), as its operators are shown it. */
export interface PluginHealth {
  readonly calls: number
  readonly events: number
  readonly failed: number
  readonly timeouts: number
  readonly skipped: number
  /** At most so many milliseconds in 95 of 100 calls; null when there were none. */
  readonly p95Ms: number | null
  readonly lastError: { readonly at: number; readonly reason: string } | null
}

export function healthOf(all: PluginCalls, plugin: string, now: number): PluginHealth {
  const slices = Object.entries(all[plugin] ?? {})
  const recent = slices.filter(([slice]) => Number(slice) + SLICE_MS > now - SHOWN_MS).map(([, counts]) => counts)
  const { tookMs, lastError: _, ...sum } = recent.reduce(sumOfCalls, NO_CALLS)
  const lastError = slices.reduce((last, [, counts]) => laterError(last, counts.lastError), NO_CALLS.lastError)
  return { ...sum, p95Ms: percentile95(tookMs), lastError }
}

/** The bound of the bucket in which the call stands that 95 of 100 do not exceed. */
function percentile95(tookMs: readonly number[]): number | null {
  const calls = tookMs.reduce((sum, count) => sum + count, 0)
  if (calls === 0) return null
  let seen = 0
  const at = tookMs.findIndex((count) => (seen += count) >= calls * 0.95)
  // No plugin is waited for any longer than the last bound.
  return CALL_BOUNDS_MS[Math.min(at, CALL_BOUNDS_MS.length - 1)] ?? null
}
