import { MINUTE } from '../kernel/instant.ts'

/** A stretch of somebody's activity without a pause of half an hour. */
export interface Session {
  readonly startedAt: number
  readonly endedAt: number
  readonly events: number
  readonly firstEvent: string | null
  readonly lastEvent: string | null
}

/** Longer silence than this ends a session. */
export const SESSION_PAUSE_MS = 30 * MINUTE

export function sessionOf(at: number, name: string | null): Session {
  return { startedAt: at, endedAt: at, events: 1, firstEvent: name, lastEvent: name }
}

/**
 * One person's sessions out of parts of them: single events, or sessions of days that were folded before.
 *
 * @law any grouping of the same events, in any order, gives the same sessions
 */
export function joinSessions(parts: readonly Session[]): readonly Session[] {
  const joined: Session[] = []
  for (const part of parts.toSorted(byStart)) {
    const last = joined.at(-1)
    if (last && part.startedAt - last.endedAt <= SESSION_PAUSE_MS) joined[joined.length - 1] = join(last, part)
    else joined.push(part)
  }
  return joined
}

function byStart(a: Session, b: Session): number {
  return a.startedAt - b.startedAt || a.endedAt - b.endedAt || compare(a.firstEvent, b.firstEvent)
}

/** At one instant the names decide, so that the order of arrival does not. */
function join(a: Session, b: Session): Session {
  const first = a.startedAt === b.startedAt && compare(b.firstEvent, a.firstEvent) < 0 ? b : a
  const last = b.endedAt > a.endedAt || (b.endedAt === a.endedAt && compare(b.lastEvent, a.lastEvent) > 0) ? b : a
  return {
    startedAt: a.startedAt,
    endedAt: Math.max(a.endedAt, b.endedAt),
    events: a.events + b.events,
    firstEvent: first.firstEvent,
    lastEvent: last.lastEvent,
  }
}

function compare(a: string | null, b: string | null): number {
  const [x, y] = [a ?? '', b ?? '']
  return x < y ? -1 : x > y ? 1 : 0
}
