import { hash53 } from '../kernel/hash.ts'

/**
 * Keys of a table by their hashes: those with the smallest ones, each with how often it was met. As many as this are
 * exact; of more it is a fair sample, and of two tables it is the same part of all keys, so that they can be compared.
 */
export type KeySample = readonly (readonly [hash: number, times: number])[]

export const MOST_KEYS = 1_000

export function sampleOf(keys: readonly string[]): KeySample {
  const counts = new Map<number, number>()
  for (const key of keys) {
    const hash = hash53(key)
    counts.set(hash, (counts.get(hash) ?? 0) + 1)
  }
  return smallest(counts)
}

export function joinSamples(a: KeySample, b: KeySample): KeySample {
  const counts = new Map(a)
  for (const [hash, times] of b) counts.set(hash, (counts.get(hash) ?? 0) + times)
  return smallest(counts)
}

/** What is among the smallest of all was among the smallest of every part, so nothing of it was forgotten. */
function smallest(counts: ReadonlyMap<number, number>): KeySample {
  return [...counts].sort(([a], [b]) => a - b).slice(0, MOST_KEYS)
}

/** Share of the keys that were met more than once. */
export function repeatedShare(sample: KeySample): number {
  return sample.length === 0 ? 0 : sample.filter(([, times]) => times > 1).length / sample.length
}

/** Share of the keys that the other does not have, of the part that both know whole. */
export function missingShare(sample: KeySample, among: KeySample): number {
  const end = Math.min(lastOf(sample), lastOf(among))
  const known = new Set(among.map(([hash]) => hash))
  const looked = sample.filter(([hash]) => hash <= end)
  return looked.length === 0 ? 0 : looked.filter(([hash]) => !known.has(hash)).length / looked.length
}

function lastOf(sample: KeySample): number {
  return sample.length < MOST_KEYS ? Number.POSITIVE_INFINITY : (sample.at(-1)?.[0] ?? 0)
}
