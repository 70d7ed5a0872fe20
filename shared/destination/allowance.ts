/** Requests that a rate allows: it fills up evenly, and holds a second's worth. */
export interface Allowance {
  readonly left: number
  /** When another one is there if none is left now, epoch ms. */
  readonly nextAt: number
  readonly at: number
}

export const UNLIMITED: Allowance = { left: Number.POSITIVE_INFINITY, nextAt: 0, at: 0 }

/** The allowance at `now`; null is no limit. A limit that is new begins with a second's worth. */
export function refilled(before: Allowance, perSecond: number | null, now: number): Allowance {
  if (perSecond === null) return { ...UNLIMITED, at: now }
  const most = Math.max(1, perSecond)
  const flowed = (Math.max(0, now - before.at) * perSecond) / 1_000
  const left = Math.min(most, before.left + flowed)
  const wait = left >= 1 ? 0 : Math.ceil(((1 - left) * 1_000) / perSecond)
  return { left, nextAt: now + Math.max(wait, 1), at: now }
}
