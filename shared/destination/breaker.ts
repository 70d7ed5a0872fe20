import { HOUR, MINUTE, SECOND } from '../kernel/instant.ts'

/**
 * When a lane tries. An item that failed is tried again after 1 s, doubling with jitter up to 5 min, for at least 4 h
 * from its first failure. A peer that fails five times in a row is left alone: one probe after 10 s, then up to every 60 s.
 *
 * ```
 *   closed ──5 failures in a row──► open ──until probeAt──► half open ──success──► closed
 *                                    ▲────────failure: longer─────────┘
 * ```
 */
export interface Breaker {
  /** Failures in a row. */
  readonly failures: number
  /** Epoch ms; null while it is closed. */
  readonly probeAt: number | null
  readonly waitMs: number
}

export const CLOSED: Breaker = { failures: 0, probeAt: null, waitMs: 0 }

export const BREAKS_AFTER = 5
const FIRST_PROBE_MS = 10 * SECOND
const MOST_PROBE_MS = MINUTE

export function afterSuccess(): Breaker {
  return CLOSED
}

export function afterFailure(before: Breaker, now: number): Breaker {
  const failures = before.failures + 1
  if (failures < BREAKS_AFTER) return { failures, probeAt: null, waitMs: 0 }
  // Attempts that were under way when it opened say nothing new.
  if (before.probeAt !== null && now < before.probeAt) return { ...before, failures }
  const waitMs = before.waitMs === 0 ? FIRST_PROBE_MS : Math.min(MOST_PROBE_MS, before.waitMs * 2)
  return { failures, probeAt: now + waitMs, waitMs }
}

export function breakerState({ probeAt }: Breaker, now: number): 'closed' | 'open' | 'half_open' {
  if (probeAt === null) return 'closed'
  return now < probeAt ? 'open' : 'half_open'
}

const FIRST_RETRY_MS = SECOND
const MOST_RETRY_MS = 5 * MINUTE
/** How long an item is tried, from its first failure. */
export const TRIED_MS = 4 * HOUR + 10 * MINUTE
/** How long an item waits at a peer that is down altogether, and is never tried itself. */
export const WAITS_MS = 24 * HOUR

/** @param attempts how often it was tried, at least once @param chance in [0, 1): half of the wait is spread */
export function retryDelay(attempts: number, chance: number, afterMs = 0): number {
  const full = Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, attempts - 1))
  // The first try comes a second later at the least, as promised; later ones spread so that a crowd does not return together.
  const spread = attempts === 1 ? full : full * (0.5 + chance / 2)
  return Math.max(spread, afterMs)
}

export function isGivenUp(firstFailedAt: number | null, acceptedAt: number, now: number): boolean {
  if (firstFailedAt !== null && now - firstFailedAt >= TRIED_MS) return true
  return now - acceptedAt >= WAITS_MS
}
