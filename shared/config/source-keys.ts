/**
 * Keys of a source come in generations. Each key says, or tries, its own; the source says which are accepted: `from` to
 * `now`, both included. Rotating makes a new one, and the older stay good until they are revoked, so that an app store
 * has time to bring out the new version.
 */
export interface KeyRange {
  readonly from: number
  readonly now: number
}

export const FIRST_KEYS: KeyRange = { from: 1, now: 1 }

/** More living generations would be a leak that nobody closes. */
export const MOST_LIVING_KEYS = 5

/**
 * @law a key is accepted from the moment it is made until it is revoked, and never again
 */
export function isLiving(generation: number, { from }: KeyRange): boolean {
  // Nobody can hold a key that was not made yet: one that is newer than `now` was made after this range was read.
  return generation >= from
}

/** One more generation, or undefined when too many are alive already. `revokeOld` ends all others at once. */
export function rotated(range: KeyRange, revokeOld: boolean): KeyRange | undefined {
  const now = range.now + 1
  const from = revokeOld ? now : range.from
  return now - from < MOST_LIVING_KEYS ? { from, now } : undefined
}

/** Only the newest generation is left. */
export function withoutOld({ now }: KeyRange): KeyRange {
  return { from: now, now }
}

/** The living generations, newest first: that is the one most senders use. */
export function living({ from, now }: KeyRange): readonly number[] {
  return Array.from({ length: now - from + 1 }, (_, i) => now - i)
}

/** Keys that somebody may rotate to within the seconds that a configuration is cached. */
const AHEAD = 3

/** The generations to try for a key that does not name its own: the living ones, then those made since the range was read. */
export function tried(range: KeyRange): readonly number[] {
  return [...living(range), ...Array.from({ length: AHEAD }, (_, i) => range.now + 1 + i)]
}
