import { NO_CHANGE, type Signal } from './signal.ts'
import type { Span } from './window.ts'

/**
 * Things that come into a window and leave it again: the i-th instant at which one enters, and the i-th at which one
 * leaves, each ascending (the two need not be the same thing). How many are inside at t is then the difference of two
 * positions, found by binary search, and everything else follows from positions too.
 */
export interface Traffic {
  readonly size: number
  enters(i: number): number
  leaves(i: number): number
}

/** All of a window, by arithmetic on the positions of what is in order of time: nothing is copied. */
export function trafficOf(items: readonly { readonly at: number }[], span: Span): Traffic {
  const at = (i: number) => (items[i] as { readonly at: number }).at
  const first = span.from === -Infinity ? 0 : upTo(items.length, at, span.from - 1)
  const end = span.to === Infinity ? items.length : upTo(items.length, at, span.to)
  return {
    size: Math.max(0, end - first),
    enters: (i) => at(first + i) + span.entersAfter,
    leaves: (i) => at(first + i) + span.leavesAfter,
  }
}

export function insideAt(traffic: Traffic, t: number): number {
  return entered(traffic, t) - left(traffic, t)
}

/**
 * Whether at least n are inside. Exact without a budget: it is O(log size) for windows that end now, since only what
 * enters after t is walked over, and that is nothing but events dated in the future. For a window that ends earlier
 * (`between`) it walks over what is newer than the window's end, once.
 */
export function atLeast(n: number, traffic: Traffic): Signal {
  const { size } = traffic
  return {
    at: (t) => insideAt(traffic, t) >= n,
    changeAfter(t) {
      const lo = left(traffic, t)
      const hi = entered(traffic, t)
      if (hi - lo >= n) {
        // Fewer than n are inside after the k-th leaves when the (k+n)-th enters only later. Those before hi have entered.
        for (let k = Math.max(lo, hi - n); k < size; k++) {
          const leaving = traffic.leaves(k)
          if (k + n >= size || traffic.enters(k + n) > leaving) return leaving
        }
      } else {
        // n are inside when the j-th enters while the (j+1-n)-th has not left.
        for (let j = Math.max(hi, n - 1); j < size; j++) {
          const entering = traffic.enters(j)
          if (traffic.leaves(j + 1 - n) > entering) return entering
        }
      }
      return NO_CHANGE
    },
  }
}

function entered(traffic: Traffic, t: number): number {
  return upTo(traffic.size, (i) => traffic.enters(i), t)
}

function left(traffic: Traffic, t: number): number {
  return upTo(traffic.size, (i) => traffic.leaves(i), t)
}

/** How many of the first `size` ascending instants are at or before t. */
export function upTo(size: number, instant: (i: number) => number, t: number): number {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (instant(middle) <= t) low = middle + 1
    else high = middle
  }
  return low
}
