import type { ReleaseOperation } from '../identity/graph.ts'
import type { HandOver } from '../identity/operations.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { type Dict, dict } from '../kernel/json.ts'
import { prune } from './apply.ts'
import { emptyLeaf, type Leaf } from './leaf.ts'
import { encodePage, type HandOverHead, PAGE_CHARS, type Staging, stagedPages } from './merge.ts'
import { type ProfileLimits, shrink } from './profile-limits.ts'
import type { Membership, ProfileState } from './state.ts'
import type { StoredEvent, Timeline } from './timeline.ts'

/**
 * The two ends of taking leaves out of a profile (unmerge). Both sides get the operation's number as their epoch, so
 * whoever knows either by an older answer is sent back to the graph. What leaves is kept aside as pages until the other
 * side is alive with it.
 *
 * @law releasing what a merge brought gives both profiles back as if each had taken its own copies alone
 */

/** Lets the leaves go, at the first call, and gives the page at `cursor`. Repeatable, also after it was confirmed. */
export function letGoPage(
  state: ProfileState,
  timeline: Timeline,
  staging: Staging,
  operation: ReleaseOperation,
  cursor: string | null,
): HandOver<string> {
  const { seq } = operation
  if (state.epoch < seq) splitOff(state, timeline, staging, operation)
  const index = cursor === null ? 0 : Number(cursor)
  const page = staging.page(seq, index)
  if (page === undefined) return { page: encodePage({ events: [] }), next: null } // the other side has it
  return { page, next: staging.page(seq, index + 1) === undefined ? null : String(index + 1) }
}

/** The other side is alive: what was kept aside goes. Answers whether this call did it. */
export function confirmRelease(state: ProfileState, staging: Staging, operation: ReleaseOperation): boolean {
  if (!state.merging.includes(operation.seq)) return false
  staging.clear(operation.seq)
  state.merging = state.merging.filter((seq) => seq !== operation.seq)
  state.configVersion = 0 // everything is evaluated again
  return true
}

/**
 * A tombstone takes a page; with the last one it is a living profile again. Answers whether this call did that: repeated
 * afterwards it changes nothing.
 */
export function goLivePage(
  state: ProfileState,
  timeline: Timeline,
  staging: Staging,
  operation: ReleaseOperation,
  page: string,
  index: number,
  last: boolean,
  limits: ProfileLimits,
): boolean {
  const { seq } = operation
  if (state.epoch >= seq) return false
  staging.put(seq, index, page)
  if (!last) return false
  const pages = stagedPages(staging, seq, index + 1)
  const head = pages[0]?.head
  if (!head) throw new Error(`release ${seq}: the first page has no head`)
  for (const { events } of pages) for (const row of events) if (!timeline.get(row.key)) timeline.put(row)
  state.redirect = null
  state.epoch = seq
  state.leaves = head.leaves
  for (const id of operation.leaves) state.leaves[id] ??= emptyLeaf()
  state.segments = head.segments
  state.asOf = Math.max(state.asOf, head.asOf)
  state.version = Math.max(state.version, head.version) + 1
  state.floor = head.floor
  state.configVersion = 0
  timeline.rememberPruned(head.pruned, 0)
  staging.clear(seq)
  prune(state, timeline, limits, false)
  shrink(state, limits)
  return true
}

function splitOff(state: ProfileState, timeline: Timeline, staging: Staging, operation: ReleaseOperation): void {
  const { seq } = operation
  const leaving = new Set<string>(operation.leaves)
  let pages = 1
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { rows, next } = timeline.page(cursor, PAGE_CHARS)
    const events: StoredEvent[] = rows.filter((row) => leaving.has(row.leaf))
    if (events.length > 0) {
      staging.put(seq, pages++, encodePage({ events }))
      timeline.remove(new Set(events.map((row) => row.key)))
    }
    cursor = next
  }
  const { taken, left } = splitLeaves(state.leaves, operation.leaves)
  const { asOf, version, floor } = state
  const segments = toldAgain(taken, operation.to)
  const head: HandOverHead = {
    leaves: taken,
    segments,
    outbox: [],
    pruned: timeline.prunedKeys(),
    floor,
    asOf,
    version,
    rate: dict(),
  }
  staging.put(seq, 0, encodePage({ events: [], head }))
  state.leaves = left
  state.epoch = seq
  state.version += 1
  state.merging.push(seq)
  takeBackInherited(state.segments, leaving)
}

export function splitLeaves(
  leaves: Dict<Leaf>,
  leaving: readonly string[],
): { readonly taken: Dict<Leaf>; readonly left: Dict<Leaf> } {
  const taken: Dict<Leaf> = dict()
  const left: Dict<Leaf> = dict()
  for (const id in leaves) (leaving.includes(id) ? taken : left)[id] = leaves[id] as Leaf
  return { taken, left }
}

/** The released side goes on with what had been told under its own ID. */
function toldAgain(taken: Dict<Leaf>, id: CanonicalId): Dict<Membership> {
  const leaf = taken[id]
  const told = leaf?.told ?? dict()
  if (leaf) delete leaf.told
  return told
}

/** In only because one who left was in: that was never told under this ID, so it is decided from scratch. */
function takeBackInherited(segments: Dict<Membership>, leaving: ReadonlySet<string>): void {
  for (const key in segments) {
    const membership = segments[key] as Membership
    const { inherited } = membership
    if (!inherited || !leaving.has(inherited.leaf) || inherited.emitted !== membership.emitted) continue
    membership.member = false
    delete membership.inherited
    delete membership.silent
    delete membership.nextAt
    delete membership.pending
  }
}
