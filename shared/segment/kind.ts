import type { Looking, PersonView } from './person-view.ts'
import type { Signal } from './signal.ts'

/**
 * What one type of condition must say about itself. One file in `kind/` per type holds its schema and its `Kind`;
 * `condition.ts` lists the schemas, `kinds.ts` the kinds, and everything else goes through this interface. A kind never
 * walks the tree: it is handed what was made of its children, in order.
 */
export interface Kind<C> {
  /** Compiles the condition once, to be asked about many people. */
  prepare(condition: C, children: readonly Prepared[]): Prepared
  /** What the condition itself reads of a person, its children aside. */
  reads(condition: C): Partial<Reads>
  /** One plain phrase, given those of its children. */
  sentence(condition: C, children: readonly string[]): string
  /** The facts about this person behind the verdict; nothing for what only joins its children. */
  evidence?(condition: C, moment: Moment): Evidence
}

export type Prepared = (moment: Moment) => Signal

/** One evaluation. A signal made for a moment speaks of `now` and later. */
export interface Moment extends Looking {
  readonly person: PersonView
}

/** What is read of a person and of the workspace. */
export interface Reads {
  /** Names of top-level traits. */
  readonly traits: readonly string[]
  /** Those of them whose earlier values matter, too. */
  readonly histories: readonly string[]
  /** Patterns of event names. */
  readonly events: readonly string[]
  /** Keys of computed traits. */
  readonly computed: readonly string[]
  /** Keys of other segments. */
  readonly segments: readonly string[]
  /** `channel:email`, `purpose:marketing`. */
  readonly consents: readonly string[]
  /** Types of identifiers. */
  readonly identifiers: readonly string[]
  /** Paths of numeric traits that are compared with the workspace's percentiles. */
  readonly percentiles: readonly string[]
}

/** Facts as JSON for people to read; instants are ISO 8601 text. */
export type Evidence = object
