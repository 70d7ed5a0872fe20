import { z } from 'zod'
import { toIso } from '../kernel/instant.ts'
import { LIMITS } from '../kernel/limits.ts'
import { atLeastOf, mostFolded } from './folded.ts'
import type { Moment } from './kind.ts'
import type { EventRef } from './person-view.ts'
import type { Signal } from './signal.ts'
import { type Traffic, trafficOf, upTo } from './traffic.ts'
import { type EventTest, eventTest, Where } from './where.ts'
import { endsAt, type Span, spanOf, Window, type WindowEnds } from './window.ts'

/**
 * The occurrences of an event: which name, what must hold on it, in which window. How many there are is asked as "at
 * least n", over time and with what the timeline has already forgotten taken into account.
 */
export const EventName = z
  .string()
  .min(1, 'must not be empty')
  .max(LIMITS.nameChars)
  .meta({ description: 'Exact; "Video *" for a prefix; "*" for any event' })

/** The fields of a condition that say which events it means. */
export const occurrences = { name: EventName, where: Where.optional(), window: Window.optional() }

export interface Occurrences {
  readonly name: string
  readonly where?: Where | undefined
  readonly window?: Window | undefined
}

/** Compiles the question. `enough`: no threshold above it will be asked, so that reading may stop there. */
export function prepareCounting({ name, where, window }: Occurrences, enough: number): Counting {
  return prepareCountingIn(spanOf(window), name, where, enough)
}

/** "At least n", over time. */
export type Counting = (moment: Moment) => (n: number) => Signal

export function prepareCountingIn(span: Span, name: string, where: Where | undefined, enough: number): Counting {
  const test = eventTest(where)
  return function counting({ person, now }) {
    const events = person.events(name)
    const traffic = test ? trafficWhere(events, span, test, now, enough) : trafficOf(events, span)
    const folded = person.folded(name)
    return (n) => atLeastOf(n, traffic, folded, span, test !== undefined)
  }
}

/**
 * The events that pass a test. Properties may have to be read from storage, so reading goes from the newest back and
 * stops at the window's beginning, or once `enough` are inside for as long as the window lets them: whenever an older
 * one is inside, so are they.
 */
function trafficWhere(events: readonly EventRef[], span: Span, test: EventTest, now: number, enough: number): Traffic {
  const enters: number[] = []
  const leaves: number[] = []
  let settled = 0
  let i = span.to === Infinity ? events.length : upTo(events.length, (k) => (events[k] as EventRef).at, span.to)
  while (--i >= 0 && settled < enough) {
    const event = events[i] as EventRef
    const leavesWindow = event.at + span.leavesAfter
    if (event.at < span.from || leavesWindow <= now) break
    const passes = test(event.properties())
    const entering = Math.max(event.at + span.entersAfter, passes.from)
    const leaving = Math.min(leavesWindow, passes.until)
    if (entering >= leaving || leaving <= now) continue
    enters.push(entering)
    leaves.push(leaving)
    if (entering <= now && leaving === leavesWindow) settled += 1
  }
  enters.sort(ascending)
  leaves.sort(ascending)
  return { size: enters.length, enters: (k) => enters[k] as number, leaves: (k) => leaves[k] as number }
}

function ascending(a: number, b: number): number {
  // Not a − b: the difference of two infinities is no number.
  return a < b ? -1 : a > b ? 1 : 0
}

/** Ids in an explanation; the count says how many there are. */
const MOST_IDS = 20

export interface OccurrencesFound {
  readonly event: string
  readonly window: WindowEnds
  readonly count: number
  /** The newest of them. */
  readonly newest: readonly { readonly id: string; readonly at: string }[]
  /** Further events of this name, of which only the number is known; absent when there are none. */
  readonly folded?: number
}

/** The occurrences at a moment, one by one. */
export function findOccurrences({ name, where, window }: Occurrences, { person, now }: Moment): OccurrencesFound {
  const span = spanOf(window)
  const test = eventTest(where)
  const newest: { id: string; at: string }[] = []
  let count = 0
  for (const event of person.events(name).toReversed()) {
    if (event.at > span.to || event.at + span.entersAfter > now) continue
    if (event.at < span.from || event.at + span.leavesAfter <= now) break
    const passes = test?.(event.properties())
    if (passes && !(passes.from <= now && now < passes.until)) continue
    count += 1
    if (newest.length < MOST_IDS) newest.push({ id: event.id, at: toIso(event.at) })
  }
  const older = mostFolded(person.folded(name))
  return { event: name, window: endsAt(window, now), count, newest, ...(older > 0 && { folded: older }) }
}
