/**
 * When something holds: from an instant on (included) until another (excluded). Most things hold always or never; a
 * date that is "within the last 30 days" holds for thirty days.
 */
export interface Period {
  readonly from: number
  readonly until: number
}

export const ALWAYS: Period = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
export const NEVER: Period = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY }

export function isEmpty(period: Period): boolean {
  return period.from >= period.until
}

/** When both hold. */
export function overlap(a: Period, b: Period): Period {
  if (a === ALWAYS) return b
  if (b === ALWAYS) return a
  const both = { from: Math.max(a.from, b.from), until: Math.min(a.until, b.until) }
  return isEmpty(both) ? NEVER : both
}

export function holdsAt(period: Period, t: number): boolean {
  return t >= period.from && t < period.until
}
