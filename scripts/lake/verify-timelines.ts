import { DAY, MINUTE, parseInstant } from '../../shared/kernel/instant.ts'
import type { EventPage } from '../../shared/profile/document.ts'
import { pagesOf, Refused, type Server } from '../cli/server.ts'
import type { KnownRow } from './lake-rows.ts'

/** What a timeline keeps at most (shared/profile/timeline.ts) beside its days: beyond, the lake has more. */
const MOST_EVENTS = 10_000
/** While events come in: applied a moment ago, and on its way to the archive. */
const ON_ITS_WAY_MS = MINUTE

export interface TimelineCheck {
  readonly people: number
  readonly differences: readonly string[]
}

export interface TimelineQuestion {
  /** People that are looked at. */
  readonly most: number
  readonly startedAt: number
  /** For so long after its arrival a timeline keeps an event. */
  readonly timelineDays: number
  /** Nothing is coming in. */
  readonly isQuiet: boolean
  readonly isAsked: (day: string) => boolean
}

/**
 * Compares the timelines of some people with what the lake has of them: `most` of the leaves, evenly spread. A leaf that
 * was merged leads to the profile that has it now.
 */
export async function checkTimelines(
  server: Server,
  rows: readonly KnownRow[],
  { most, startedAt, timelineDays, isQuiet, isAsked }: TimelineQuestion,
): Promise<TimelineCheck> {
  const known = new Set(rows.map(({ messageId }) => messageId))
  const byLeaf = [
    ...Map.groupBy(
      rows.filter(({ table }) => table === 'events'),
      ({ leaf }) => leaf,
    ),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
  const step = Math.max(1, byLeaf.length / Math.max(1, most))
  const differences: string[] = []
  let people = 0
  for (let i = 0; people < most && Math.floor(i) < byLeaf.length; i += step) {
    const [leaf, theirs] = byLeaf[Math.floor(i)] as [string, KnownRow[]]
    people += 1
    const timeline = await timelineOf(server, leaf)
    if (!timeline) {
      differences.push(`nobody has the ${theirs.length} events that arrived under ${leaf}`)
      continue
    }
    const there = new Set(timeline.map(({ messageId }) => messageId))
    const isFull = timeline.length >= MOST_EVENTS
    const lost = theirs.filter(
      ({ messageId, receivedAt }) => !there.has(messageId) && !isFull && receivedAt > startedAt - timelineDays * DAY,
    )
    if (lost.length > 0)
      differences.push(`${lost.length} events are in the lake and not in the timeline of ${leaf}: ${some(lost)}`)
    const extra = timeline.filter(({ messageId, receivedAt }) => {
      const at = parseInstant(receivedAt) ?? 0
      return !known.has(messageId) && isAsked(receivedAt.slice(0, 10)) && at < startedAt - (isQuiet ? 0 : ON_ITS_WAY_MS)
    })
    if (extra.length > 0)
      differences.push(`${extra.length} events are in the timeline of ${leaf} and not in the lake: ${some(extra)}`)
  }
  return { people, differences }
}

async function timelineOf(server: Server, leaf: string): Promise<EventPage['events'] | undefined> {
  const events: EventPage['events'] = []
  try {
    const path = `/api/v1/profiles/${encodeURIComponent(leaf)}/events?limit=200`
    for await (const page of pagesOf<EventPage>(server, path)) events.push(...page.events)
    return events
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined
    throw error
  }
}

function some(events: readonly { readonly messageId: string }[]): string {
  const names = events.slice(0, 3).map(({ messageId }) => messageId)
  return `${names.join(', ')}${events.length > names.length ? ', …' : ''}`
}
