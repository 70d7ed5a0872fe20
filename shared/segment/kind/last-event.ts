import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { comparisonInWords } from '../comparison.ts'
import type { Kind } from '../kind.ts'
import { EventName } from '../occurrences.ts'
import { ALWAYS, holdsAt, type Period } from '../period.ts'
import type { EventRef } from '../person-view.ts'
import { atPoints } from '../points.ts'
import { type EventTest, eventTest, Where, whereInWords } from '../where.ts'
import { oneInWords, phrase, series } from '../words.ts'

/**
 * What the newest one was like: `{ "type": "last_event", "name": "Order Completed",
 * "where": [{ "property": "kind", "op": "eq", "value": "online" }], "has": [{ "property": "total", "op": "gt", "value": 50 }] }`.
 * `where` says which events qualify, `has` what must hold on the newest of them.
 */
export const LastEvent = z
  .strictObject({
    type: z.literal('last_event'),
    name: EventName,
    where: Where.optional(),
    has: Where.min(1, 'must have at least one test'),
  })
  .meta({ description: 'What must hold on the newest event of a name' })
export type LastEvent = z.infer<typeof LastEvent>

interface Candidate {
  readonly event: EventRef
  readonly qualifies: Period
}

/** Those that can be the newest at `now` or later, newest first: back to one that is past and qualifies for good. */
function candidatesOf(events: readonly EventRef[], test: EventTest | undefined, now: number): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i] as EventRef
    const qualifies = test ? test(event.properties()) : ALWAYS
    if (qualifies.from >= qualifies.until) continue
    candidates.push({ event, qualifies })
    if (qualifies === ALWAYS && event.at <= now) break
  }
  return candidates
}

export const lastEvent: Kind<LastEvent> = {
  prepare({ name, where, has }) {
    const qualifying = eventTest(where)
    const having = eventTest(has) as EventTest
    return ({ person, now, budget }) => {
      const candidates = candidatesOf(person.events(name), qualifying, now).map(({ event, qualifies }) => ({
        at: event.at,
        qualifies,
        has: having(event.properties()),
      }))
      const folded = person.folded(name).filter(({ most }) => most > 0)

      return atPoints(
        (t) => {
          const newest = candidates.find(({ at, qualifies }) => at <= t && holdsAt(qualifies, t))
          // One of the same instant may come after it in order.
          if (folded.some(({ from, to }) => from <= t && to >= (newest?.at ?? -Infinity))) return 'unknown'
          return newest !== undefined && holdsAt(newest.has, t)
        },
        [
          ...candidates.flatMap(({ at, qualifies, has }) => [at, qualifies.from, qualifies.until, has.from, has.until]),
          ...folded.map(({ from }) => from),
        ],
        budget,
      )
    }
  },
  reads: ({ name }) => ({ events: [name] }),
  sentence: ({ name, where, has }) =>
    phrase(
      'the last',
      oneInWords(name),
      whereInWords(where),
      'has',
      series(
        has.map((test) => comparisonInWords(test.property, test)),
        'and',
      ),
    ),
  evidence({ name, where }, { person, now }) {
    const newest = candidatesOf(person.events(name), eventTest(where), now).find(
      ({ event, qualifies }) => event.at <= now && holdsAt(qualifies, now),
    )?.event
    return { event: name, ...(newest && { newest: { id: newest.id, at: toIso(newest.at) } }) }
  },
}
