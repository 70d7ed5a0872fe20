import { z } from 'zod'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import { all } from '../junction.ts'
import type { Kind } from '../kind.ts'
import { EventName, findOccurrences, prepareCountingIn } from '../occurrences.ts'
import { opposite } from '../signal.ts'
import { EVER, type Span, spanOf, Window, windowInWords } from '../window.ts'
import { eventsInWords, phrase } from '../words.ts'

/**
 * Did it before, paused, and does it again: `{ "type": "restarted", "name": "Login", "window": { "last": "90d" },
 * "recent": "7d" }` happened in the last 7 days, not in the 83 days before them, and before those.
 */
export const Restarted = z
  .strictObject({ type: z.literal('restarted'), name: EventName, window: Window, recent: Stretch })
  .superRefine(({ window, recent }, context) => {
    const { leavesAfter } = spanOf(window)
    if (!((durationMs(recent) ?? 0) >= leavesAfter)) return
    context.addIssue({ code: 'custom', path: ['recent'], message: 'must be shorter than the window reaches back' })
  })
  .meta({ description: 'An event happened recently, not in the rest of the window, and before the window' })
export type Restarted = z.infer<typeof Restarted>

export const restarted: Kind<Restarted> = {
  prepare({ name, window, recent }) {
    const recentMs = durationMs(recent) as number
    const span = spanOf(window)
    const rest: Span = { ...span, entersAfter: Math.max(span.entersAfter, recentMs) }
    const happened = (part: Span) => prepareCountingIn(part, name, undefined, 1)
    const [lately, between, before] = [happened(spanOf({ last: recent })), happened(rest), happened(beforeOf(span))]
    return (moment) => all([lately(moment)(1), opposite(between(moment)(1)), before(moment)(1)], moment.budget)
  },
  reads: ({ name }) => ({ events: [name] }),
  sentence: ({ name, window, recent }) =>
    phrase(
      eventsInWords(name),
      `happened in the last ${durationInWords(recent)},`,
      `not otherwise ${windowInWords(window)},`,
      'and before that',
    ),
  evidence: ({ name, window }, moment) => findOccurrences({ name, window }, moment),
}

/** What is older than a window. */
function beforeOf({ from, leavesAfter }: Span): Span {
  return leavesAfter === Number.POSITIVE_INFINITY ? { ...EVER, to: from - 1 } : { ...EVER, entersAfter: leavesAfter }
}
