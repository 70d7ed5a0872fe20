import type { MergeOperation } from '../identity/graph.ts'
import type { HandOver } from '../identity/operations.ts'
import { hash53 } from '../kernel/hash.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { dayNumber } from '../kernel/instant.ts'
import { asDict, type Dict, dict } from '../kernel/json.ts'
import { prune } from './apply.ts'
import { foldCounters, takeCount } from './counters.ts'
import type { Effect } from './effect.ts'
import { emptyLeaf, joinLeaf, type Leaf, type LeafJson, leafFromJson } from './leaf.ts'
import { type ProfileLimits, shrink } from './profile-limits.ts'
import { before, type Membership, type Position, type ProfileState, toldMember } from './state.ts'
import { countedNameOf, type PrunedKey, type StoredEvent, type Timeline } from './timeline.ts'

/**
 * The two ends of handing a profile over: what the loser gives, page by page, and how the winner takes it. The union
 * is by key: an event that reached both sides (applied at the loser, redelivered to the winner) is kept and counted once.
 *
 * @law merging in any order and any grouping gives the same profile; merging twice changes nothing
 */
export interface HandOverPage {
  readonly events: readonly StoredEvent[]
  /** On the first page: everything but the events, as JSON of the state's parts. */
  readonly head?: HandOverHead
}

export interface HandOverHead {
  readonly leaves: Dict<Leaf>
  readonly segments: Dict<Membership>
  readonly outbox: readonly Effect[]
  readonly pruned: readonly PrunedKey[]
  readonly floor: Position | null
  readonly asOf: number
  readonly version: number
  readonly rate: Dict<number>
}

/** One page is one row of the staging table, which may not exceed 2 MB; a character may be three bytes. */
export const PAGE_CHARS = 500_000

/** Where pages are kept: by who takes a profile until the last one is there, by who lets leaves go until that is confirmed. */
export interface Staging {
  put(operation: number, index: number, page: string): void
  page(operation: number, index: number): string | undefined
  clear(operation: number): void
}

/** The first `count` pages of an operation, in order. Throws when one is missing: a step was left out. */
export function stagedPages(staging: Staging, operation: number, count: number): readonly HandOverPage[] {
  return Array.from({ length: count }, (_, index) => {
    const page = staging.page(operation, index)
    if (page === undefined) throw new Error(`operation ${operation}: page ${index} was never staged`)
    return decodePage(page)
  })
}

/** The winner expects a merge: until it is complete, nothing is emitted. Repeatable. */
export function beginMerge(state: ProfileState, operation: MergeOperation): void {
  if (state.redirect !== null) throw new Error(`merge ${operation.seq}: the winner ${state.id} was merged away itself`)
  if (!state.merging.includes(operation.seq)) state.merging.push(operation.seq)
}

/**
 * The winner takes a page; with the last one everything becomes visible. Answers whether the merge was completed by
 * this call: a repeated step of a merge that is complete changes nothing.
 */
export function stagePage(
  state: ProfileState,
  timeline: Timeline,
  staging: Staging,
  operation: MergeOperation,
  page: string,
  index: number,
  last: boolean,
  limits: ProfileLimits,
): boolean {
  if (!state.merging.includes(operation.seq)) return false
  staging.put(operation.seq, index, page)
  if (!last) return false
  // A first try may have staged more pages than this one has.
  takeOver(state, timeline, operation, stagedPages(staging, operation.seq, index + 1), limits)
  staging.clear(operation.seq)
  return true
}

/** Makes the loser a tombstone and reads one page of it. Repeatable: a tombstone no longer changes until it forgets. */
export function handOverPage(
  state: ProfileState,
  timeline: Timeline,
  operation: MergeOperation,
  cursor: string | null,
): HandOver<string> {
  state.redirect = operation.winner
  if (cursor === null) {
    // The head may be 1.5 MB by itself, so it travels alone. An empty string sorts before every key.
    return { page: encodePage({ events: [], head: headOf(state, timeline) }), next: timeline.size() > 0 ? '' : null }
  }
  const { rows, next } = timeline.page(cursor, PAGE_CHARS)
  return { page: encodePage({ events: rows }), next }
}

/** Pages travel as text: what a tombstone hands over is a copy, and decoding takes the prototypes off dictionaries. */
export function encodePage(page: HandOverPage): string {
  return JSON.stringify(page)
}

function headOf(state: ProfileState, timeline: Timeline): HandOverHead {
  const { leaves, segments, outbox, floor, asOf, version, rate } = state
  return { leaves, segments, outbox, pruned: timeline.prunedKeys(), floor, asOf, version, rate }
}

function decodePage(text: string): HandOverPage {
  const page = JSON.parse(text) as HandOverPage
  if (page.head) {
    const leaves = page.head.leaves as unknown as Record<string, LeafJson>
    const decoded: Dict<Leaf> = dict()
    for (const id of Object.keys(leaves)) decoded[id] = leafFromJson(leaves[id] as LeafJson)
    return { ...page, head: { ...page.head, leaves: decoded, segments: asDict(page.head.segments) } }
  }
  return page
}

/** Takes a loser's pages into the winner, in place and in one transaction: afterwards the profile is the union. */
function takeOver(
  state: ProfileState,
  timeline: Timeline,
  operation: MergeOperation,
  pages: readonly HandOverPage[],
  limits: ProfileLimits,
): void {
  const head = pages[0]?.head
  if (!head) throw new Error('merge: the first page has no head')
  const incoming = head.leaves
  takeBackPruned(timeline, incoming, head.pruned)
  for (const page of pages) {
    for (const row of page.events) takeEvent(timeline, incoming, row)
  }
  for (const id of operation.leaves) state.leaves[id] ??= emptyLeaf()
  for (const id in incoming) joinLeaf((state.leaves[id] ??= emptyLeaf()), incoming[id] as Leaf, limits)
  ;(state.leaves[operation.loser] as Leaf).told = toldSoFar(head.segments)

  state.asOf = Math.max(state.asOf, head.asOf)
  state.version = Math.max(state.version, head.version) + 1
  if (head.floor && (state.floor === null || before(state.floor, head.floor))) state.floor = head.floor
  timeline.rememberPruned(head.pruned, dayNumber(state.asOf - limits.dedupMs))
  joinMemberships(state.segments, head.segments, operation.loser)
  for (const effect of head.outbox) if (!state.outbox.some((mine) => mine.key === effect.key)) state.outbox.push(effect)
  for (const minute in head.rate) state.rate[minute] = (state.rate[minute] ?? 0) + (head.rate[minute] ?? 0)
  state.merging = state.merging.filter((seq) => seq !== operation.seq)
  state.configVersion = 0 // everything is evaluated again

  for (const id in state.leaves) foldCounters((state.leaves[id] as Leaf).counters, state.asOf, limits.maxNames)
  prune(state, timeline, limits, true)
  shrink(state, limits)
}

function takeEvent(timeline: Timeline, incoming: Dict<Leaf>, row: StoredEvent): void {
  const known = timeline.get(row.key) !== undefined || timeline.prunedCopy(row.key) !== undefined
  if (known) takeBack(incoming, row)
  else timeline.put(row)
}

/** An event both sides have is counted on both: the incoming side gives its count back. */
function takeBack(incoming: Dict<Leaf>, row: StoredEvent): void {
  const name = countedNameOf(row.event)
  const leaf = incoming[row.leaf]
  if (name !== undefined && leaf) takeCount(leaf.counters, name, row.event.timestamp)
}

/** Events that the loser has pruned already and that were redelivered to the winner. */
function takeBackPruned(timeline: Timeline, incoming: Dict<Leaf>, pruned: readonly PrunedKey[]): void {
  if (pruned.length === 0) return
  const copies = new Set(pruned.map((entry) => entry.copy))
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { rows, next } = timeline.page(cursor, PAGE_CHARS)
    for (const row of rows) if (copies.has(hash53(row.copyId))) takeBack(incoming, row)
    cursor = next
  }
}

/** Told on either side is told: a person who was in on one side is not told to enter again. */
function joinMemberships(into: Dict<Membership>, from: Dict<Membership>, leaf: CanonicalId): void {
  for (const key in from) {
    const { inherited: _, ...theirs } = from[key] as Membership
    const mine = into[key]
    if (!mine) {
      into[key] = { ...theirs, ...(theirs.member ? { inherited: { leaf, emitted: theirs.emitted } } : {}) }
      continue
    }
    const since =
      mine.member && theirs.member ? Math.min(mine.since, theirs.since) : mine.member ? mine.since : theirs.since
    const dueAt = Math.min(
      mine.pending?.dueAt ?? Number.POSITIVE_INFINITY,
      theirs.pending?.dueAt ?? Number.POSITIVE_INFINITY,
    )
    const emitted = mine.emitted + theirs.emitted
    // Once it was told under this ID it is told; what only the other one told is taken back when they part.
    const own = mine.inherited?.emitted === mine.emitted ? mine.inherited : undefined
    const inherited = mine.member ? own : theirs.member ? { leaf } : undefined
    const member = mine.member || theirs.member
    const isSilent = (toldMember(mine) || toldMember(theirs)) !== member
    into[key] = {
      member,
      since: member ? since : Math.max(mine.since, theirs.since),
      emitted,
      ...(dueAt < Number.POSITIVE_INFINITY ? { pending: { dueAt } } : {}),
      ...(inherited ? { inherited: { ...inherited, emitted } } : {}),
      ...(isSilent ? { silent: true as const } : {}),
    }
  }
}

/** What a profile had told by the time it was merged away, without what was still to be decided. */
function toldSoFar(segments: Dict<Membership>): Dict<Membership> {
  const told: Dict<Membership> = dict()
  for (const key in segments) {
    const membership = segments[key] as Membership
    const { since, emitted } = membership
    if (emitted > 0) told[key] = { member: toldMember(membership), since, emitted }
  }
  return told
}

/**
 * What is left of a loser once the winner has everything: where the person went, and nothing about them. Undefined when
 * this profile did not lose that merge.
 */
export function tombstoneOf(state: ProfileState, operation: MergeOperation): ProfileState | undefined {
  if (state.redirect !== operation.winner) return undefined
  const nothing = { leaves: dict<Leaf>(), segments: dict<Membership>(), outbox: [], merging: [], rate: dict<number>() }
  return { ...state, ...nothing, floor: null }
}
