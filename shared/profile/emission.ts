import { bareName } from '../consent/consent.ts'
import type { Event } from '../event/event.ts'
import { hash53 } from '../kernel/hash.ts'
import { MINUTE } from '../kernel/instant.ts'
import type { PersonView } from '../segment/person-view.ts'
import { consentOf } from './consents.ts'
import type { Definition, Definitions } from './definitions.ts'
import { notePassed } from './passed-changes.ts'
import { type EventSource, personOf, traitOf } from './person.ts'
import type { Membership, ProfileState } from './state.ts'
import { eventKey, OWN_SOURCE, type StoredEvent } from './timeline.ts'

/**
 * When ENTER and EXIT are told. State is applied at once; what waits is the emission. When the evaluated membership
 * differs from the emitted one, it falls due at the deciding event's arrival + window; then the condition is evaluated
 * again over everything that has arrived, and only a difference that still stands is emitted.
 *
 * ```
 *   emitted = evaluated ──── differs ───► pending(dueAt) ──── due, still differs ───► emit, emitted = evaluated
 *        ▲      │ nextAt by time alone        │ agrees again
 *        └──────┘                             └──► nothing is told
 * ```
 * @law ENTER and EXIT of one segment alternate
 * @law nothing is emitted while a merge of the profile is in progress
 */
/** Evaluates definitions again. A new difference falls due at `dueAt`: the deciding event's arrival + window. */
export function lookAgain(
  state: ProfileState,
  history: EventSource,
  definitions: Iterable<Definition>,
  now: number,
  dueAt: number,
): void {
  let person: PersonView | undefined
  for (const definition of definitions) {
    person ??= personOf(state, history, definition.surroundings)
    const verdict = definition.prepared.evaluate(person, now)
    const membership = (state.segments[definition.key] ??= { member: false, since: 0, emitted: 0 })
    if (verdict.member === 'unknown') {
      // What was told stands until it is known again.
      setNext(membership, definition, person, verdict.nextChangeAt)
    } else if (verdict.member === membership.member) {
      takeBack(state, definition, membership, person, now)
      setNext(membership, definition, person, verdict.nextChangeAt)
    } else {
      membership.pending ??= { dueAt, since: decidingTime(definition, state, person, verdict.member, now) }
      setNext(membership, definition, person, null)
    }
    forgetIfEmpty(state, definition.key, membership)
  }
}

/** The ENTER and EXIT events that are due at `now`, for the timeline and the outbox. */
export function tellDue(
  state: ProfileState,
  history: EventSource,
  definitions: Definitions,
  now: number,
): readonly StoredEvent[] {
  if (state.merging.length > 0) return []
  const person = personOf(state, history, definitions.surroundings)
  const told: StoredEvent[] = []
  for (const key of Object.keys(state.segments)) {
    const membership = state.segments[key] as Membership
    if (dueAtOf(state, membership) > now) continue
    const definition = definitions.get(key)
    if (!definition) {
      // The definition was deleted: nobody is told, and nothing is left to wake up for.
      delete state.segments[key]
      continue
    }
    const verdict = definition.prepared.evaluate(person, now)
    if (verdict.member !== 'unknown' && verdict.member !== membership.member) {
      const since = membership.pending
        ? decidingTime(definition, state, person, verdict.member, now)
        : (membership.nextAt as number)
      // What others were told last is true again.
      if (membership.silent) turn(membership, verdict.member, since)
      else told.push(tell(state, key, membership, verdict.member, since, now))
    } else if (verdict.member === membership.member) takeBack(state, definition, membership, person, now)
    delete membership.pending
    setNext(membership, definition, person, verdict.nextChangeAt)
    forgetIfEmpty(state, key, membership)
  }
  return told
}

/** A change that waited for its window does not stand any more. */
function takeBack(
  state: ProfileState,
  definition: Definition,
  membership: Membership,
  person: PersonView,
  now: number,
): void {
  const { member, pending } = membership
  delete membership.pending
  if (pending?.since === undefined) return
  const ended = decidingTime(definition, state, person, member, now)
  notePassed(state, { segment: definition.key, change: member ? 'EXIT' : 'ENTER', began: pending.since, ended }, now)
}

/**
 * Another membership stands, and nobody is told. So that ENTER and EXIT go on alternating for whoever hears of them, the
 * next change, which makes true again what was told last, is not told either.
 */
export function turnSilently(
  state: ProfileState,
  history: EventSource,
  definition: Definition,
  member: boolean,
  now: number,
): void {
  const membership = (state.segments[definition.key] ??= { member: false, since: 0, emitted: 0 })
  const { silent } = membership
  const person = personOf(state, history, definition.surroundings)
  turn(membership, member, decidingTime(definition, state, person, member, now))
  if (!silent) membership.silent = true
  delete membership.pending
  delete membership.inherited
  const { nextChangeAt } = definition.prepared.evaluate(person, now)
  setNext(membership, definition, person, nextChangeAt)
  forgetIfEmpty(state, definition.key, membership)
}

function turn(membership: Membership, member: boolean, since: number): void {
  membership.member = member
  membership.since = since
  delete membership.silent
}

/** The earliest instant for which this profile wants to be woken, or null. */
export function nextDueAt(state: ProfileState): number | null {
  if (state.merging.length > 0) return null
  let next = Number.POSITIVE_INFINITY
  for (const key in state.segments) next = Math.min(next, dueAtOf(state, state.segments[key] as Membership))
  return next === Number.POSITIVE_INFINITY ? null : next
}

/** How long the changes that fall on one instant for a whole workspace take. */
const SPREAD_MS = 5 * MINUTE

/** When a membership wants to be looked at. What many share is spread, later and never earlier; one's own is on time. */
function dueAtOf(state: ProfileState, { pending, nextAt, shared }: Membership): number {
  if (pending) return pending.dueAt
  if (nextAt === undefined) return Number.POSITIVE_INFINITY
  return shared ? nextAt + (hash53(state.id) % SPREAD_MS) : nextAt
}

function setNext(
  membership: Membership,
  definition: Definition,
  person: PersonView,
  nextChangeAt: number | null,
): void {
  delete membership.shared
  if (nextChangeAt === null) {
    delete membership.nextAt
    return
  }
  membership.nextAt = nextChangeAt
  if (definition.sharedInstants?.(person).has(nextChangeAt)) membership.shared = true
}

function forgetIfEmpty(state: ProfileState, key: string, membership: Membership): void {
  const idle = membership.pending === undefined && membership.nextAt === undefined
  if (idle && !membership.member && membership.emitted === 0) delete state.segments[key]
}

function tell(
  state: ProfileState,
  key: string,
  membership: Membership,
  member: boolean,
  since: number,
  now: number,
): StoredEvent {
  membership.member = member
  membership.since = since
  membership.emitted += 1
  const event: Event = {
    source: OWN_SOURCE,
    // Names the change, so that a repeated delivery of it is the same event everywhere.
    messageId: `${state.id}:${key}:${membership.emitted}`,
    type: 'track',
    name: `${key} ${member ? 'ENTER' : 'EXIT'}`,
    properties: { segment: key, change: member ? 'ENTER' : 'EXIT' },
    context: {},
    timestamp: since,
    receivedAt: now,
    flags: [],
  }
  return { key: eventKey(event), leaf: state.id, copyId: event.messageId, event }
}

/** How many instants are tried, newest first, to find the deciding event. */
const MOST_STEPS = 200

/**
 * The time of the deciding event, in event-time order whatever order things arrived in: the earliest instant from which
 * on the verdict has been this one, going back over the events and trait writes that the condition reads. A trait's
 * earlier value is not known, so the search ends at its write.
 */
function decidingTime(
  definition: Definition,
  state: ProfileState,
  person: PersonView,
  member: boolean,
  now: number,
): number {
  const { reads } = definition
  let oldest = Number.NEGATIVE_INFINITY
  const instants = new Set<number>()
  for (const name of reads.traits) {
    const trait = traitOf(state, name)
    if (!trait || trait.at > now) continue
    instants.add(trait.at)
    oldest = Math.max(oldest, trait.at)
  }
  for (const key of reads.consents) {
    const write = consentOf(state, bareName(key))
    if (!write || write.at > now) continue
    instants.add(write.at)
    oldest = Math.max(oldest, write.at)
  }
  for (const pattern of reads.events) {
    const events = person.events(pattern)
    for (let i = events.length - 1, taken = 0; i >= 0 && taken < MOST_STEPS; i--, taken++) {
      const at = events[i]?.at as number
      if (at <= now) instants.add(at)
    }
  }
  let since = Number.NaN
  for (const at of [...instants].sort((a, b) => b - a).slice(0, MOST_STEPS)) {
    if (at < oldest || definition.prepared.member(person, at) !== member) break
    since = at
  }
  return Number.isNaN(since) ? now : since
}
