import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Estimate } from './estimate.ts'
import type { Consent, ConsentKind } from './profile-document.ts'
import type { Budget, Signal, Timed } from './signal.ts'

/**
 * The port by which an evaluator sees one person. Whoever stores people implements it; nothing here knows how. A view
 * does not change while it is being read, and `events` gives the same array for the same pattern.
 *
 * A view may have less than the person: then it says what it lacks (`folded`, `missingUpTo`, undefined), and conditions
 * that cannot be decided without it are unknown.
 */
export interface PersonView {
  /** Whether anything was ever applied to this person. Nobody unknown is a member of anything. */
  readonly known: boolean
  /** Canonical ID. */
  readonly id: string
  /** A top-level trait; undefined when absent or deleted. */
  trait(name: string): { readonly value: JsonValue; readonly at: number } | undefined
  /** What was written to a top-level trait, and when. */
  traitHistory(name: string): TraitHistory
  /** Counted events (track by name, `$page`, `$screen`) whose name matches a pattern; oldest first by (at, id). */
  events(pattern: string): readonly EventRef[]
  /** Further counted events that match the pattern, of which only a number and a stretch of time is known. */
  folded(pattern: string): readonly FoldedEvents[]
  /** Values of one type of identifier. */
  identifiers(type: string): readonly string[]
  /** What the person said about a channel or purpose; undefined while nothing was said. */
  consent(kind: ConsentKind, name: string): Consent | undefined
  /** A computed trait from `now` on; undefined when nobody here knows it. */
  computed(key: string, looking: Looking): Timed<Estimate> | undefined
  /** Membership of another segment from `now` on; undefined when nobody here knows it. */
  segment(key: string, looking: Looking): Signal | undefined
  /** The workspace's values of a numeric trait by nearest rank; undefined while nobody worked them out. */
  percentiles(path: string): Percentiles | undefined
}

/** When somebody looks, and how much more looking they may do. */
export interface Looking {
  readonly now: number
  readonly budget: Budget
}

/** Ascending, one per tenth of a percent from 0 to 100 (see percentilesOf); empty while no profile has the trait. */
export type Percentiles = readonly number[]

export interface EventRef {
  /** Epoch milliseconds. */
  readonly at: number
  readonly id: string
  readonly name: string
  /** Lazy: it may read storage. */
  readonly properties: () => JsonObject
}

/** Between `least` and `most` events happened at instants from `from` to `to`, both included. */
export interface FoldedEvents {
  readonly from: number
  readonly to: number
  readonly least: number
  readonly most: number
}

export interface TraitHistory {
  /** Oldest first, one per instant (the one that stands), none left out after the first; `null` deletes. */
  readonly writes: readonly TraitWrite[]
  /** Writes before the first of these may be missing, none later than this instant; −Infinity when none are. */
  readonly missingUpTo: number
}

export interface TraitWrite {
  readonly at: number
  readonly value: JsonValue
}

/** What is seen of somebody of whom nothing is known. */
export const NOBODY: PersonView = {
  known: false,
  id: '',
  trait: () => undefined,
  traitHistory: () => ({ writes: [], missingUpTo: Number.NEGATIVE_INFINITY }),
  events: () => [],
  folded: () => [],
  identifiers: () => [],
  consent: () => undefined,
  computed: () => undefined,
  segment: () => undefined,
  percentiles: () => undefined,
}
