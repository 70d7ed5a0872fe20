import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import { mostFolded } from '../folded.ts'
import type { Kind } from '../kind.ts'
import { EventName } from '../occurrences.ts'
import type { EventRef, FoldedEvents } from '../person-view.ts'
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
      const folded = person.folded(name).filter(({ most }) => most > 0)

      function at(t: number): Verdict {
        const { newest, previous } = newestAt(events, t)
        const older = folded.filter(({ from }) => from <= t)
        const last = Math.max(newest?.at ?? -Infinity, ...older.map(({ to }) => Math.min(to, t)))
        if (t >= last + withinMs) return false
        const silence = newest && previous ? newest.at - previous.at : undefined
        if (older.length === 0) return silence !== undefined && silence >= afterMs
        return newest ? withFolded(newest.at, silence, older) : mostFolded(older) < 2 ? false : 'unknown'
      }

      /** Folded events may lie in the silence, or after what looks like the newest. */
      function withFolded(newest: number, silence: number | undefined, older: readonly FoldedEvents[]): Verdict {
        if (older.every(({ to }) => to <= newest - afterMs)) {
          if (silence !== undefined) return silence >= afterMs
          return older.some(({ least }) => least > 0) ? true : 'unknown'
        }
        const noneLater = older.every(({ to }) => to <= newest)
        return noneLater && silence !== undefined && silence < afterMs ? false : 'unknown'
      }

      function nextPoint(t: number): number {
        const next = events[positionAt(events, t)]
        const { newest } = newestAt(events, t)
        const ends = [newest?.at ?? -Infinity, ...folded.map(({ to }) => to)].map((at) => at + withinMs)
        const points = [next?.at ?? NO_CHANGE, ...folded.map(({ from }) => from), ...ends]
        return Math.min(...points.filter((point) => point > t), NO_CHANGE)
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
    const older = mostFolded(person.folded(name))
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
