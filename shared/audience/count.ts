/** What the shards counted, put together; and how sure one may be of it where only a sample was asked. */
export interface ShardCount {
  /** Certainly in. */
  readonly in: number
  /** Whom the documents do not decide. */
  readonly unknown: number
}

export interface Sampled {
  readonly asked: number
  readonly in: number
}

export interface CountEstimate {
  readonly count: number
  readonly exact: boolean
  readonly interval?: [number, number]
}

/** 99 of a hundred such intervals hold the true number: who makes segments all day should not meet a wrong one every day. */
const Z = 2.576

/**
 * The number of members: exact when everybody undecided was asked; otherwise the share of the sample, and Wilson's
 * interval, which stays sensible for shares near none and all.
 *
 * @law the interval holds the estimate, and never claims fewer than are certain or more than are possible
 */
export function estimateCount(counted: ShardCount, sampled: Sampled): CountEstimate {
  if (counted.unknown === 0) return { count: counted.in, exact: true }
  if (sampled.asked >= counted.unknown) return { count: counted.in + sampled.in, exact: true }
  if (sampled.asked === 0) {
    const most = counted.in + counted.unknown
    return { count: Math.round((counted.in + most) / 2), exact: false, interval: [counted.in, most] }
  }
  const { asked: n } = sampled
  const p = sampled.in / n
  const middle = (p + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n)
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n))
  // Those who were asked are certain.
  const least = counted.in + Math.max(sampled.in, Math.floor((middle - half) * counted.unknown))
  const most = counted.in + Math.min(counted.unknown - (n - sampled.in), Math.ceil((middle + half) * counted.unknown))
  const count = Math.min(most, Math.max(least, counted.in + Math.round(p * counted.unknown)))
  return { count, exact: false, interval: [least, most] }
}

/** How many people are in exactly the segments of a mask (bit i: the i-th key). */
export type MaskCounts = ReadonlyMap<number, number>

/** For every non-empty subset of keys, the people who are in all of them; subsets in order of their masks. */
export function combinationsOf(
  keys: readonly string[],
  counts: MaskCounts,
): readonly { readonly keys: readonly string[]; readonly count: number }[] {
  return Array.from({ length: 2 ** keys.length - 1 }, (_, i) => {
    const wanted = i + 1
    let count = 0
    for (const [mask, people] of counts) if ((mask & wanted) === wanted) count += people
    return { keys: keys.filter((_, bit) => wanted & (1 << bit)), count }
  })
}
