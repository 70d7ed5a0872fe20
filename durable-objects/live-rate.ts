import { SECOND } from '../shared/kernel/instant.ts'
import { LIVE_PER_SECOND, LIVE_PER_SECOND_FINE } from '../shared/pipeline/live.ts'

/**
 * How much of what it asked for a connection is shown. What is not shown is counted, never queued: nobody waits for a
 * reader that is slow.
 */
export interface LiveRate {
  second: number
  shown: number
  skipped: number
  /** Somebody will come back and tell how many were skipped. */
  gapIsDue: boolean
  heardAt: number
  /** Characters sent since it was last heard of. */
  unheard: number
}

/**
 * Characters sent to a connection that says nothing, before it is sent nothing more: a WebSocket tells nobody how much of
 * it was read, and what was not read is held in memory.
 */
export const MOST_UNHEARD_CHARS = 4_000_000

export function newRate(): LiveRate {
  return { second: 0, shown: 0, skipped: 0, gapIsDue: false, heardAt: 0, unheard: 0 }
}

/** Whether one more may be sent now. `now` and `heardAt`, when it last sent a ping, in epoch milliseconds. */
export function takes(rate: LiveRate, now: number, isFailure: boolean, chars: number, heardAt: number): boolean {
  const second = Math.floor(now / SECOND)
  if (second !== rate.second) {
    rate.second = second
    rate.shown = 0
  }
  const hasRoom = rate.shown < (isFailure ? LIVE_PER_SECOND : LIVE_PER_SECOND_FINE)
  if (!hasRoom || !isRead(rate, chars, heardAt)) {
    rate.skipped += 1
    return false
  }
  rate.shown += 1
  return true
}

/** Whether so much more may be sent to a connection that was last heard of then: it counts as sent. */
export function isRead(rate: LiveRate, chars: number, heardAt: number): boolean {
  if (heardAt > rate.heardAt) {
    rate.heardAt = heardAt
    rate.unheard = 0
  }
  if (rate.unheard + chars > MOST_UNHEARD_CHARS) return false
  rate.unheard += chars
  return true
}

/** How many were not shown since the last time. */
export function takeGap(rate: LiveRate): number {
  const { skipped } = rate
  rate.skipped = 0
  rate.gapIsDue = false
  return skipped
}
