import { countedName, type EventType } from '../event/event.ts'
import { isoDay } from '../kernel/instant.ts'
import type { Row } from './columns.ts'
import { type Owners, ownerOf } from './owners.ts'
import { joinSessions, SESSION_PAUSE_MS, type Session, sessionOf } from './sessions.ts'

/** What the events that arrived on one day amount to: sessions, and counts by the day on which they happened. */
export interface DayActivity {
  readonly sessions: readonly Row[]
  readonly daily_activity: readonly Row[]
  /** Sessions of the day before that go on on this one: `person/startedAt`. */
  readonly continued: ReadonlySet<string>
}

/**
 * Folds the activity of one day of arrival. `before`: sessions of the day before that may go on; what goes on is one
 * session, among this day's.
 */
export function dayActivity(
  events: readonly Row[],
  owners: Pick<Owners, 'of'>,
  before: readonly Row[] = [],
): DayActivity {
  const parts = new Map<string, Session[]>()
  const days = new Map<string, { profile: string; day: string; names: Map<string, number> }>()
  for (const row of events) {
    const name = countedName(row['type'] as EventType, row['name'] === null ? undefined : String(row['name']))
    if (name === undefined) continue
    const profile = ownerOf(owners, String(row['leaf']))
    const at = Number(row['timestamp'])
    push(parts, profile, sessionOf(at, name))
    const key = `${isoDay(at)}/${profile}`
    const held = days.get(key) ?? { profile, day: isoDay(at), names: new Map() }
    held.names.set(name, (held.names.get(name) ?? 0) + 1)
    days.set(key, held)
  }
  const continued = new Set<string>()
  for (const row of before) {
    const profile = ownerOf(owners, String(row['canonical_id']))
    const session = sessionOfRow(row)
    if (!parts.get(profile)?.some((part) => isNear(session, part))) continue
    push(parts, profile, session)
    continued.add(sessionKey(String(row['canonical_id']), session.startedAt))
  }
  return { sessions: sessionRows(parts), daily_activity: activityRows(days), continued }
}

export function sessionKey(profile: string, startedAt: number): string {
  return `${profile}/${startedAt}`
}

function isNear(a: Session, b: Session): boolean {
  return b.startedAt - a.endedAt <= SESSION_PAUSE_MS && a.startedAt - b.endedAt <= SESSION_PAUSE_MS
}

function push(parts: Map<string, Session[]>, profile: string, session: Session): void {
  const held = parts.get(profile)
  if (held) held.push(session)
  else parts.set(profile, [session])
}

function sessionRows(parts: ReadonlyMap<string, readonly Session[]>): readonly Row[] {
  return [...parts].flatMap(([profile, held]) =>
    joinSessions(held).map((session) => ({
      canonical_id: profile,
      started_at: session.startedAt,
      ended_at: session.endedAt,
      events: session.events,
      first_event: session.firstEvent,
      last_event: session.lastEvent,
      continued: false,
    })),
  )
}

function sessionOfRow(row: Row): Session {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    startedAt: Number(row['started_at']),
    endedAt: Number(row['ended_at']),
    events: Number(row['events']),
    firstEvent: text(row['first_event']),
    lastEvent: text(row['last_event']),
  }
}

function activityRows(
  days: ReadonlyMap<string, { profile: string; day: string; names: ReadonlyMap<string, number> }>,
): readonly Row[] {
  return [...days.values()].map(({ profile, day, names }) => ({
    day,
    canonical_id: profile,
    events: [...names.values()].reduce((sum, n) => sum + n, 0),
    by_name: Object.fromEntries(mostFrequent(names).sort(([a], [b]) => (a < b ? -1 : 1))),
  }))
}

/** So many names of one person's day are counted by themselves, as a profile does; the rest together. */
export const MOST_NAMES = 500
export const OTHER_NAMES = 'other'

/** Whoever sends a name of its own with each event has a row like everybody else's. */
function mostFrequent(names: ReadonlyMap<string, number>): [string, number][] {
  if (names.size <= MOST_NAMES) return [...names]
  const sorted = [...names].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const kept = new Map(sorted.slice(0, MOST_NAMES))
  const rest = sorted.slice(MOST_NAMES).reduce((sum, [, n]) => sum + n, 0)
  kept.set(OTHER_NAMES, (kept.get(OTHER_NAMES) ?? 0) + rest)
  return [...kept]
}
