import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import { folded } from '../folded.ts'
import type { Kind } from '../kind.ts'
import { EventName } from '../occurrences.ts'
import type { EventRef } from '../person-view.ts'
import { NO_CHANGE, stepped, type Verdict } from '../signal.ts'
import { upTo } from '../traffic.ts'
import { eventsInWords, phrase } from '../words.ts'

/**
 * Came back: the newest activity followed at least `after` of silence, and is after now − `within`. Several events at
 * one instant are one activity. `{ "type": "returned", "after": "30d", "within": "7d" }`; with `name` only such events
 * are activity.
 */
export const Returned = z
  .strictObject({ type: z.literal('returned'), after: Stretch, within: Stretch, name: EventName.optional() })
  .meta({ description: 'The newest activity followed a silence, and is recent' })
export type Returned = z.infer<typeof Returned>

export const returned: Kind<Returned> = {
  prepare({ name = '*', ...condition }) {
    const afterMs = durationMs(condition.after) as number
    const withinMs = durationMs(condition.within) as number
    return ({ person, budget }) => {
      const events = person.events(name)
      const older = folded(person, name)

      function at(t: number): Verdict {
        const { newest, previous } = newestAt(events, t)
        if (newest === undefined) return older.count > 0 && t < older.upTo + withinMs ? 'unknown' : false
        if (t >= newest.at + withinMs) return false
        if (previous) return newest.at - previous.at >= afterMs
        if (older.count === 0) return false
        return newest.at - older.upTo >= afterMs ? true : 'unknown'
      }

      function nextPoint(t: number): number {
        const next = events[positionAt(events, t)]
        const { newest } = newestAt(events, t)
        const end = (newest ? newest.at : older.upTo) + withinMs
        return Math.min(next ? next.at : NO_CHANGE, end > t ? end : NO_CHANGE)
      }

      return stepped(at, nextPoint, budget)
    }
  },
  reads: ({ name = '*' }) => ({ events: [name] }),
  sentence: ({ after, within, name = '*' }) =>
    phrase(
      eventsInWords(name),
      `happened in the last ${durationInWords(within)},`,
      `after at least ${durationInWords(after)} without`,
    ),
  evidence({ name = '*' }, { person, now }) {
    const { newest, previous } = newestAt(person.events(name), now)
    const older = person.folded(name)
    return {
      event: name,
      ...(newest && { newest: { id: newest.id, at: toIso(newest.at) } }),
      ...(previous && { previous: { id: previous.id, at: toIso(previous.at) } }),
      ...(older > 0 && { folded: older }),
    }
  },
}

/** The newest event at t, and the newest one of an earlier instant. */
function newestAt(events: readonly EventRef[], t: number): { newest?: EventRef; previous?: EventRef } {
  const newest = events[positionAt(events, t) - 1]
  if (newest === undefined) return {}
  const previous = events[positionAt(events, newest.at - 1) - 1]
  return previous ? { newest, previous } : { newest }
}

function positionAt(events: readonly EventRef[], t: number): number {
  return upTo(events.length, (i) => (events[i] as EventRef).at, t)
}
