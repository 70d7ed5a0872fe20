import type { WorkspaceSettings } from '../config/workspace-config.ts'
import { consentKeys } from '../consent/consent.ts'
import { consentsIn } from '../consent/read-consents.ts'
import { countedName, type Event, type Origin } from '../event/event.ts'
import type { Outcome } from '../event/outcome.ts'
import { sameBody } from '../event/same-body.ts'
import { identifierName } from '../identity/identifier.ts'
import { hash53 } from '../kernel/hash.ts'
import { DAY, dayNumber, MINUTE } from '../kernel/instant.ts'
import { foldCounters } from './counters.ts'
import type { Definitions } from './definitions.ts'
import type { ProfileChange } from './effect.ts'
import { lookAgain } from './emission.ts'
import { addEvent, type HeldBy, type Leaf } from './leaf.ts'
import { isKnown } from './person.ts'
import { PROFILE_LIMITS, type ProfileLimits, shrink } from './profile-limits.ts'
import { before, type ProfileState } from './state.ts'
import { eventKey, positionOf, prunedKeyOf, type Timeline } from './timeline.ts'

/**
 * Applies a batch of copies to one profile, in place. Every copy gets exactly one outcome. The caller runs this in one
 * transaction and throws its memory away when it throws.
 *
 * @law any permutation and any repetition of the same copies gives the same profile
 * @law a copy applied again answers `applied` again; another copy of the same key is `duplicate` and changes nothing
 */
export interface ApplyItem {
  readonly copyId: string
  readonly origin: Origin
  /** The anchor's leaf, as the graph answered. */
  readonly leaf: string
  readonly event: Event
  /** The event as JSON, when the caller has it at hand: it is what the timeline stores. */
  readonly eventText?: string
  /** The message's identifiers that this profile holds, the anchor first. */
  readonly identifiers: readonly HeldBy[]
  /** What a profile that is on its way here says of it (seal.ts). */
  readonly elsewhere?: Known
}

export interface ApplyContext {
  readonly now: number
  readonly settings: Pick<WorkspaceSettings, 'windowMs' | 'profileRatePerMinute'> & {
    readonly retention?: Pick<WorkspaceSettings['retention'], 'timelineDays'>
  }
  /** Undefined when the configuration cannot be read: events are applied, and evaluated once it can. */
  readonly definitions: Definitions | undefined
  readonly limits?: ProfileLimits
}

/**
 * May this profile take events from a caller that knows it at `epoch`? `elsewhere`: the person was merged away, or the
 * caller's knowledge is older than a split; that is all a stale cache can do. `busy`: too much waits to be told.
 */
export function admission(
  state: ProfileState,
  epoch: number,
  limits: ProfileLimits = PROFILE_LIMITS,
): 'ok' | 'busy' | 'elsewhere' {
  if (state.redirect !== null || state.erasedAt !== undefined || epoch < state.epoch) return 'elsewhere'
  return state.outbox.length >= limits.outbox ? 'busy' : 'ok'
}

export function applyItems(
  state: ProfileState,
  timeline: Timeline,
  items: readonly ApplyItem[],
  context: ApplyContext,
): Applied {
  const limits = context.limits ?? { ...PROFILE_LIMITS, ...context.settings.retention }
  const dayBefore = dayNumber(state.asOf)
  const wasKnown = isKnown(state)
  const changes: Changes = {
    isNew: !wasKnown,
    traits: new Set(),
    written: new Set(),
    names: new Set(),
    identifiers: new Set(),
    consents: new Set(),
    receivedAt: 0,
    applied: 0,
    told: [],
  }
  const outcomes = items.map((item, index) => applyItem(state, timeline, item, index, context, limits, changes))
  if (changes.applied > 0) {
    const touched = dayNumber(state.asOf) === dayBefore ? changes.names : undefined
    for (const id in state.leaves)
      foldCounters((state.leaves[id] as Leaf).counters, state.asOf, limits.maxNames, touched)
    prune(state, timeline, limits, touched === undefined)
    shrink(state, limits)
  }
  const evaluated = evaluateChanges(state, timeline, changes, context, wasKnown)
  if (changes.applied > 0) state.version += 1
  return { outcomes, changed: changes.applied > 0 || evaluated, told: changes.told }
}

export interface Applied {
  /** One per item, in order. */
  readonly outcomes: readonly Outcome[]
  /** False when nothing needs to be written: everything was known already. */
  readonly changed: boolean
  /** What the copies changed about the person, for others to hear: of a copy applied again, what it changed the first time. */
  readonly told: readonly ToldChange[]
}

export interface ToldChange {
  /** Index of the item. */
  readonly item: number
  readonly change: ProfileChange
}

interface Changes {
  isNew: boolean
  readonly told: ToldChange[]
  /** Traits of which another write stands now. */
  readonly traits: Set<string>
  /** All traits that were written. */
  readonly written: Set<string>
  readonly names: Set<string>
  /** Types of identifiers that are new. */
  readonly identifiers: Set<string>
  /** As conditions name them. */
  readonly consents: Set<string>
  /** Arrival of the newest applied event. */
  receivedAt: number
  applied: number
}

function applyItem(
  state: ProfileState,
  timeline: Timeline,
  item: ApplyItem,
  index: number,
  context: ApplyContext,
  limits: ProfileLimits,
  changes: Changes,
): Outcome {
  const { event } = item
  const key = eventKey(event)
  const known = answerKnown(timeline, key, item) ?? item.elsewhere
  if (known) {
    if (known.told) changes.told.push({ item: index, change: known.told })
    return known.outcome
  }
  const belowFloor = state.floor !== null && !before(state.floor, positionOf(event))
  if (belowFloor && event.receivedAt < state.asOf - limits.dedupMs) return { kind: 'dropped', reason: 'beyond_dedup' }
  if (item.origin === 'live' && !takeRate(state, event.receivedAt, context.settings.profileRatePerMinute)) {
    return { kind: 'dropped', reason: 'profile_rate' }
  }

  const { traits, identifiers, consents } = addEvent(state.leaves, item.leaf, event, item.identifiers, limits)
  for (const name of traits) changes.traits.add(name)
  // A write that came too late to stand is still part of what the trait once was.
  if (event.type === 'identify') for (const name of Object.keys(event.traits ?? {})) changes.written.add(name)
  for (const name of identifiers) changes.identifiers.add(name.slice(0, name.indexOf(':')))
  for (const name of consents) for (const key of consentKeys(name)) changes.consents.add(key)
  const isChanged = traits.length + identifiers.length + consents.length > 0
  const told = changes.isNew ? 'created' : isChanged ? 'updated' : undefined
  changes.isNew = false
  if (told) {
    const said = consents.length > 0 ? { consents } : {}
    changes.told.push({ item: index, change: { kind: told, traits, identifiers, ...said } })
  }
  const name = countedName(event.type, event.name)
  if (name !== undefined) changes.names.add(name)
  timeline.put({ key, leaf: item.leaf, copyId: item.copyId, event, ...(told ? { told } : {}) }, item.eventText)
  state.asOf = Math.max(state.asOf, event.receivedAt)
  changes.receivedAt = Math.max(changes.receivedAt, event.receivedAt)
  changes.applied += 1
  return event.flags.includes('late') ? { kind: 'applied', late: true } : { kind: 'applied' }
}

/** The answer for a key that is known already: the same copy again, or another one. */
export function answerKnown(timeline: Timeline, key: string, item: ApplyItem): Known | undefined {
  const found = timeline.get(key)
  if (found) {
    if (found.copyId === item.copyId) {
      const late = found.event.flags.includes('late')
      const outcome: Outcome = { kind: 'applied', redelivered: true, ...(late ? { late } : {}) }
      return found.told ? { outcome, told: changeAgain(found.told, item) } : { outcome }
    }
    if (sameBody(found.event, item.event)) return { outcome: { kind: 'duplicate' } }
    if (!found.conflict) timeline.markConflict(key)
    return { outcome: { kind: 'duplicate', conflict: true } }
  }
  const pruned = timeline.prunedCopy(key)
  if (pruned === undefined) return undefined
  return { outcome: pruned === hash53(item.copyId) ? { kind: 'applied', redelivered: true } : { kind: 'duplicate' } }
}

export interface Known {
  readonly outcome: Outcome
  readonly told?: ProfileChange
}

/** Which traits, identifiers and consents it changed is not kept; what it could have changed is in the message. */
function changeAgain(kind: ProfileChange['kind'], item: ApplyItem): ProfileChange {
  const traits = item.event.type === 'identify' ? Object.keys(item.event.traits ?? {}) : []
  const consents = consentsIn(item.event).map(({ name }) => name)
  const said = consents.length > 0 ? { consents } : {}
  return { kind, traits, identifiers: item.identifiers.map(identifierName), ...said }
}

/** Counts an event against its minute of arrival. Minutes older than ten are forgotten. */
function takeRate(state: ProfileState, receivedAt: number, perMinute: number): boolean {
  const minute = Math.floor(receivedAt / MINUTE)
  const taken = state.rate[minute] ?? 0
  if (taken >= perMinute) return false
  state.rate[minute] = taken + 1
  if (taken === 0) {
    const newest = Math.floor(Math.max(state.asOf, receivedAt) / MINUTE)
    for (const key in state.rate) if (Number(key) < newest - 10) delete state.rate[key]
  }
  return true
}

/**
 * Takes events out of the timeline that are beyond its number or, looked at once a day, arrived too long ago. Their
 * counts stay, and their keys for as long as a duplicate may come.
 */
export function prune(state: ProfileState, timeline: Timeline, limits: ProfileLimits, newDay: boolean): void {
  const arrivedSince = newDay ? state.asOf - limits.timelineDays * DAY : Number.NEGATIVE_INFINITY
  const removed = timeline.prune(limits.timelineEvents, arrivedSince)
  if (removed.length === 0) return
  timeline.rememberPruned(removed.map(prunedKeyOf), dayNumber(state.asOf - limits.dedupMs))
  for (const { event } of removed) {
    const position = positionOf(event)
    if (state.floor === null || before(state.floor, position)) state.floor = position
  }
}

/** Answers whether definitions newer than the last ones were looked at. */
function evaluateChanges(
  state: ProfileState,
  timeline: Timeline,
  changes: Changes,
  context: ApplyContext,
  wasKnown: boolean,
): boolean {
  const { definitions } = context
  if (!definitions) {
    if (changes.applied > 0) state.configVersion = 0 // evaluated from scratch once the configuration can be read
    return false
  }
  const fresh = state.configVersion < definitions.version
  // Duplicates alone change no verdict: the timeline need not be read for them.
  if (!fresh && changes.applied === 0) return false
  if (fresh) state.configVersion = definitions.version
  // A negated condition reads nothing of a new person and may hold all the same.
  const everything = fresh || !wasKnown
  const affected = everything ? definitions.all : definitions.affectedBy(changes)
  const arrived = changes.receivedAt > 0 ? changes.receivedAt : context.now
  lookAgain(state, timeline.history, affected, context.now, arrived + context.settings.windowMs)
  return fresh
}
