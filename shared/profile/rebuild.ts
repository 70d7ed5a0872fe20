import type { Event } from '../event/event.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { type Dict, dict, type JsonValue } from '../kernel/json.ts'
import { prune } from './apply.ts'
import { foldCounters } from './counters.ts'
import type { Definitions } from './definitions.ts'
import { addEvent, emptyLeaf, type HeldBy, type Leaf } from './leaf.ts'
import { PAGE_CHARS } from './merge.ts'
import { type ProfileLimits, shrink } from './profile-limits.ts'
import { keepOlder, Remainder } from './rebuild-older.ts'
import { type SilentChanges, settleSilently, verdictsOf } from './rebuild-segments.ts'
import { before, type ProfileState } from './state.ts'
import { eventKey, isOwnEvent, positionOf, type StoredEvent, type Timeline } from './timeline.ts'

/**
 * Folding a profile again from the archive. Its leaves are made anew, by the functions that apply() uses, from the
 * archive's lines and from those rows of the timeline that the archive does not have (what has just arrived, what was
 * pruned there, what went with somebody else's erasure); then they take the place of the old ones, and nobody is told.
 *
 * While the timeline is whole (nothing was ever pruned from it) that is everything there ever was. Once it was pruned, what
 * neither the archive nor the timeline can say again is kept as it stands (rebuild-older.ts).
 *
 * @law a rebuild of a profile that is right changes nothing a reader can see, whatever part of its archive is left
 * @law a rebuild from a whole archive heals whatever became of the state
 */
export type RebuildLine =
  | {
      readonly kind: 'event'
      readonly copyId: string
      /** The anchor's leaf. It may be another profile's by now: then only what it said of our identifiers is ours. */
      readonly leaf: string
      readonly event: Event
      /** The identifiers that the profile held when it was applied. */
      readonly held: readonly HeldBy[]
    }
  /** Another copy with a different body arrived for this key. */
  | { readonly kind: 'conflict'; readonly key: string }

export interface RebuildContext {
  readonly now: number
  /** The leaves that were looked for in the archive; others, which came meanwhile, stay as they are. */
  readonly leaves: readonly CanonicalId[]
  readonly limits: ProfileLimits
  /** Undefined: no membership is looked at. */
  readonly definitions: Definitions | undefined
}

export interface Rebuilt extends SilentChanges {
  /** Whether anything became different. */
  readonly changed: boolean
  /** Events folded from the archive, without what Tributary told itself. */
  readonly folded: number
  /** Events of the timeline that the archive did not have: they were kept. */
  readonly kept: number
}

/** In place, and in one transaction of the caller. */
export function rebuild(
  state: ProfileState,
  timeline: Timeline,
  lines: Iterable<RebuildLine>,
  context: RebuildContext,
): Rebuilt {
  const { limits, definitions, now } = context
  const stood = verdictsOf(state, timeline.history, definitions, now)
  const old = state.leaves
  const folding = new Folding(state, timeline, context)
  for (const line of lines) folding.take(line)
  const kept = folding.keepTheRest()

  const leaves: Dict<Leaf> = { ...old }
  for (const id of context.leaves) leaves[id] = folding.leafOf(id)
  state.leaves = Object.assign(dict<Leaf>(), leaves)
  for (const id in state.leaves) foldCounters((state.leaves[id] as Leaf).counters, state.asOf, limits.maxNames)
  prune(state, timeline, limits, false)
  shrink(state, limits)
  const silent = settleSilently(state, timeline.history, definitions, stood, now)
  const isMoved = silent.entered.length + silent.exited.length > 0
  const changed = isMoved || folding.rewritten > 0 || seenOf(old) !== seenOf(state.leaves)
  if (changed) state.version += 1
  return { ...silent, changed, folded: folding.folded, kept }
}

function seenOf(leaves: Dict<Leaf>): string {
  return canonicalJson(JSON.parse(JSON.stringify(leaves)) as JsonValue)
}

/** The new leaves while they are made. The timeline is mended on the way: its rows cost more to write than to compare. */
class Folding {
  folded = 0
  rewritten = 0
  readonly #state: ProfileState
  readonly #timeline: Timeline
  readonly #context: RebuildContext
  readonly #scope: ReadonlySet<string>
  /** Of all leaves that lines speak of, also those of other profiles. */
  readonly #fresh: Dict<Leaf> = dict()
  readonly #remainders = new Map<string, Remainder>()
  /** Keys of events that were folded again: from a line, and from a row of the timeline. */
  readonly #archived = new Set<string>()
  readonly #kept = new Set<string>()

  constructor(state: ProfileState, timeline: Timeline, context: RebuildContext) {
    this.#state = state
    this.#timeline = timeline
    this.#context = context
    this.#scope = new Set(context.leaves)
    for (const id of context.leaves) this.#remainders.set(id, new Remainder(state.leaves[id] ?? emptyLeaf()))
  }

  take(line: RebuildLine): void {
    if (line.kind === 'conflict') {
      const row = this.#timeline.get(line.key)
      if (row && !row.conflict) this.#timeline.markConflict(line.key)
      return
    }
    const key = eventKey(line.event)
    if (this.#archived.has(key)) return
    const row = this.#timeline.get(key)
    // Of two copies that were applied, on two sides of a later merge, the one that was kept stays.
    if (row && row.copyId !== line.copyId) return
    this.#archived.add(key)
    if (this.#scope.has(line.leaf)) {
      this.#mend(key, line, row)
      if (!isOwnEvent(line.event)) this.folded += 1
    }
    this.#fold(line.leaf, line.event, line.held)
  }

  /** The rows that no line spoke of. Answers how many, without what Tributary told itself. */
  keepTheRest(): number {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { rows, next } = this.#timeline.page(cursor, PAGE_CHARS)
      for (const { key, leaf, event } of rows) {
        if (this.#archived.has(key) || !this.#scope.has(leaf) || isOwnEvent(event)) continue
        this.#kept.add(key)
        // Its identifiers and links are among those that are kept.
        this.#fold(leaf, event, [])
      }
      cursor = next
    }
    return this.#kept.size
  }

  leafOf(id: string): Leaf {
    const leaf = this.#fresh[id] ?? emptyLeaf()
    keepOlder(leaf, this.#remainders.get(id) as Remainder, {
      isWhole: this.#state.floor === null,
      isArchived: (written) => this.#archived.has(eventKey(written)),
      isKept: (written) => this.#kept.has(eventKey(written)),
    })
    return leaf
  }

  #fold(leaf: string, event: Event, held: readonly HeldBy[]): void {
    if (isOwnEvent(event)) return
    addEvent(this.#fresh, leaf, event, held, this.#context.limits)
    this.#remainders.get(leaf)?.take(event)
  }

  #mend(
    key: string,
    { copyId, leaf, event }: Extract<RebuildLine, { kind: 'event' }>,
    row: StoredEvent | undefined,
  ): void {
    const state = this.#state
    state.asOf = Math.max(state.asOf, isOwnEvent(event) ? 0 : event.receivedAt)
    if (!row) {
      // Beyond the floor the timeline keeps nothing: it was there, was counted, and went.
      if (state.floor !== null && !before(state.floor, positionOf(event))) return
      this.#timeline.put({ key, leaf, copyId, event })
    } else {
      if (row.leaf === leaf && sameJson(row.event, event)) return
      this.#timeline.remove(new Set([key]))
      this.#timeline.put({ ...row, leaf, event })
    }
    this.rewritten += 1
  }
}

function sameJson(a: Event, b: Event): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || canonicalJson(a as never) === canonicalJson(b as never)
}
