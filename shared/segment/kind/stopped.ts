import { z } from 'zod'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import { all } from '../junction.ts'
import type { Kind } from '../kind.ts'
import { EventName, findOccurrences, prepareCountingIn } from '../occurrences.ts'
import { opposite } from '../signal.ts'
import { spanOf, Window, windowInWords } from '../window.ts'
import { eventsInWords, phrase } from '../words.ts'

/** Did it, and does no more: `{ "type": "stopped", "name": "Login", "window": { "last": "30d" }, "quiet": "7d" }`. */
export const Stopped = z
  .strictObject({ type: z.literal('stopped'), name: EventName, window: Window.optional(), quiet: Stretch })
  .superRefine(({ window, quiet }, context) => {
    const reach = spanOf(window).leavesAfter
    if (!((durationMs(quiet) ?? 0) >= reach)) return
    context.addIssue({ code: 'custom', path: ['quiet'], message: 'must be shorter than the window reaches back' })
  })
  .meta({ description: 'An event happened in the window, and not within `quiet`' })
export type Stopped = z.infer<typeof Stopped>

export const stopped: Kind<Stopped> = {
  prepare({ name, window, quiet }) {
    const happened = prepareCountingIn(spanOf(window), name, undefined, 1)
    const lately = prepareCountingIn(spanOf({ last: quiet }), name, undefined, 1)
    return (moment) => all([happened(moment)(1), opposite(lately(moment)(1))], moment.budget)
  },
  reads: ({ name }) => ({ events: [name] }),
  sentence: ({ name, window, quiet }) =>
    phrase(eventsInWords(name), 'happened', windowInWords(window), `but not in the last ${durationInWords(quiet)}`),
  evidence: ({ name, window }, moment) => findOccurrences({ name, window }, moment),
}
