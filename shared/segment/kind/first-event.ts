import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import type { Kind } from '../kind.ts'
import { EventName } from '../occurrences.ts'
import { ALWAYS, holdsAt, type Period } from '../period.ts'
import type { EventRef, FoldedEvents } from '../person-view.ts'
import { atPoints } from '../points.ts'
import { type EventTest, eventTest, Where, whereInWords } from '../where.ts'
import { endsAt, insideBetween, type Span, spanOf, Window, windowInWords } from '../window.ts'
import { oneInWords, phrase } from '../words.ts'

/**
 * The first one ever fell into the window: `{ "type": "first_event", "name": "Order Completed", "window": { "last": "30d" } }`.
 * With `where`, the first one that passes it.
 */
export const FirstEvent = z
  .strictObject({ type: z.literal('first_event'), name: EventName, where: Where.optional(), window: Window })
  .meta({ description: 'The first event of a name that ever happened fell into the window' })
export type FirstEvent = z.infer<typeof FirstEvent>

interface Candidate {
  readonly event: EventRef
  readonly passes: Period
}

/** Those that can ever be the first: up to one that passes for good, oldest first. */
function candidatesOf(events: readonly EventRef[], test: EventTest | undefined): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const event of events) {
    const passes = test ? test(event.properties()) : ALWAYS
    if (passes.from >= passes.until) continue
    candidates.push({ event, passes })
    if (passes === ALWAYS) break
  }
  return candidates
}

export const firstEvent: Kind<FirstEvent> = {
  prepare({ name, where, window }) {
    const test = eventTest(where)
    const span = spanOf(window)
    return ({ person, budget }) => {
      const candidates = candidatesOf(person.events(name), test)
      const folded = person.folded(name).filter(({ most }) => most > 0)
      const sure = (events: FoldedEvents) => !test && events.least > 0

      return atPoints(
        (t) => {
          const held = candidates.find(({ event, passes }) => event.at <= t && holdsAt(passes, t))?.event.at ?? Infinity
          const before = folded.filter(({ from }) => from <= t)
          const earliest = Math.min(held, ...before.map(({ from }) => from))
          const latest = Math.min(
            held,
            ...before.filter((events) => sure(events) && events.to <= t).map(({ to }) => to),
          )
          if (earliest === Infinity) return false
          const inside = insideBetween(span, earliest, Math.min(latest, t), t)
          return latest === Infinity && inside === true ? 'unknown' : inside
        },
        edges(candidates, folded, span),
        budget,
      )
    }
  },
  reads: ({ name }) => ({ events: [name] }),
  sentence: ({ name, where, window }) =>
    phrase('the first', oneInWords(name), whereInWords(where), 'happened', windowInWords(window)),
  evidence({ name, where, window }, { person, now }) {
    const first = candidatesOf(person.events(name), eventTest(where)).find(
      ({ event, passes }) => event.at <= now && holdsAt(passes, now),
    )?.event
    return {
      event: name,
      window: endsAt(window, now),
      ...(first && { first: { id: first.id, at: toIso(first.at) } }),
    }
  },
}

function edges(
  candidates: readonly Candidate[],
  folded: readonly FoldedEvents[],
  { from, to, entersAfter, leavesAfter }: Span,
): readonly number[] {
  const of = (at: number) => [at, at + entersAfter, at + leavesAfter]
  return [
    // What is folded may be at one end of the window from here on.
    ...(folded.length > 0 ? [from, from + entersAfter, to, to + 1, to + leavesAfter] : []),
    ...candidates.flatMap(({ event, passes }) => [...of(event.at), passes.from, passes.until]),
    ...folded.flatMap(({ from, to }) => [...of(from), ...of(to)]),
  ]
}
