import { z } from 'zod'
import { parseInstant, toIso } from '../kernel/instant.ts'
import { Duration, durationInWords, durationMs, Instant, Stretch } from './duration.ts'
import type { Verdict } from './signal.ts'

/**
 * Which events of a person count, by their time:
 * `{ last: '7d' }` after now − 7 d, up to now · `{ between: ['90d', '30d'] }` after now − 90 d, up to now − 30 d ·
 * `{ from, to }` fixed instants, both included · no window: ever, which is up to now.
 */
export const WINDOW_FORMS = 'must be { last }, { between: [older, newer] } or { from, to }'

export const Window = z.union(
  [
    z.strictObject({ last: Stretch }),
    z.strictObject({
      between: z
        .tuple([Stretch, Duration])
        .refine(
          ([older, newer]) => !((durationMs(older) ?? Infinity) <= (durationMs(newer) ?? 0)),
          'the first duration must be the longer one: the window begins that long ago and ends the second one ago',
        ),
    }),
    z
      .strictObject({ from: Instant, to: Instant })
      .refine(
        ({ from, to }) => !((parseInstant(from) ?? 0) > (parseInstant(to) ?? Infinity)),
        'from must not be later than to',
      ),
  ],
  WINDOW_FORMS,
)
export type Window = z.infer<typeof Window>

/** A window as arithmetic: an event at `at` with from ≤ at ≤ to is inside from at + entersAfter until at + leavesAfter. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly entersAfter: number
  readonly leavesAfter: number
}

export const EVER: Span = { from: -Infinity, to: Infinity, entersAfter: 0, leavesAfter: Infinity }

export function spanOf(window: Window | undefined): Span {
  if (window === undefined) return EVER
  if ('last' in window) return { ...EVER, leavesAfter: ms(window.last) }
  if ('between' in window) return { ...EVER, entersAfter: ms(window.between[1]), leavesAfter: ms(window.between[0]) }
  return { ...EVER, from: parseInstant(window.from) as number, to: parseInstant(window.to) as number }
}

/** A checked duration. */
function ms(text: string): number {
  return durationMs(text) as number
}

/** Whether something that happened between two instants (both included) is inside a window at t: unknown if it depends. */
export function insideBetween(span: Span, first: number, last: number, t: number): Verdict {
  const low = Math.max(first, span.from)
  const high = Math.min(last, span.to)
  const leaving = (at: number) => (span.leavesAfter === Infinity ? Infinity : at + span.leavesAfter)
  if (low > high || t < low + span.entersAfter || t >= leaving(high)) return false
  return low === first && high === last && t >= last + span.entersAfter && t < leaving(first) ? true : 'unknown'
}

/** The ends of a window at an instant: `after` is not part of it, `from` and `to` are. */
export interface WindowEnds {
  readonly after?: string
  readonly from?: string
  readonly to: string
}

export function endsAt(window: Window | undefined, now: number): WindowEnds {
  const span = spanOf(window)
  const to = toIso(Math.min(span.to, now - span.entersAfter))
  if (span.from !== -Infinity) return { from: toIso(span.from), to: toIso(span.to) }
  return span.leavesAfter === Infinity ? { to } : { after: toIso(now - span.leavesAfter), to }
}

export function windowInWords(window: Window | undefined): string {
  if (window === undefined) return ''
  if ('last' in window) return `in the last ${durationInWords(window.last)}`
  if ('from' in window) return `from ${window.from} to ${window.to}`
  return `between ${durationInWords(window.between[0])} and ${durationInWords(window.between[1])} ago`
}
