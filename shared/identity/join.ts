import type { CanonicalId } from '../kernel/id.ts'
import { dict } from '../kernel/json.ts'
import { areApart, fence, liftFences, moveFences } from './fences.ts'
import {
  type Cause,
  type Erasure,
  type GraphStore,
  type MergeOperation,
  type Operation,
  type ProfileRow,
  partiesOf,
  profileRow,
} from './graph.ts'
import type { IdentitySettings } from './identity-settings.ts'
import { refusalToJoin } from './limits.ts'

/** Decisions that join profiles or take them apart: in the graph's rows at once; the data follows (operations.ts). */

/** Moves the younger profile's leaves to the older one. Answers the number of the operation that carries it out. */
export function joinProfiles(store: GraphStore, a: CanonicalId, b: CanonicalId, cause: Cause): number {
  const [winner, loser] = a < b ? [a, b] : [b, a]
  const into = profileRow(store, winner)
  const from = profileRow(store, loser)
  const leaves = Object.keys(from.leaves) as CanonicalId[]
  moveLeaves(store, from, into, leaves, winner)
  const seq = store.addOperation({ kind: 'merge', winner, loser, leaves, cause })
  into.operations = [...new Set([...into.operations, ...from.operations, seq])].sort((x, y) => x - y)
  store.saveProfile(winner, into)
  store.deleteProfile(loser)
  return seq
}

/** Why two profiles cannot be joined by hand, or by an accepted proposal. */
export type JoinRefusal = 'same' | 'limit' | 'cap' | 'apart'

/**
 * A person's word (must-link) passes over limits and lifts what kept the two apart; hard caps hold. A rule's word
 * respects all of them.
 */
export function joinByDecision(
  store: GraphStore,
  settings: IdentitySettings,
  a: CanonicalId,
  b: CanonicalId,
  cause: Cause,
): { readonly seq: number } | { readonly refusal: JoinRefusal } {
  if (a === b) return { refusal: 'same' }
  const [left, right] = [profileRow(store, a), profileRow(store, b)]
  const byPerson = cause.kind === 'person'
  if (!byPerson && areApart(left, right)) return { refusal: 'apart' }
  const refusal = refusalToJoin(left, right, settings, cause.at, byPerson)
  if (refusal) return { refusal }
  liftFences(left, right)
  store.saveProfile(a, left)
  store.saveProfile(b, right)
  return { seq: joinProfiles(store, a, b, cause) }
}

/** Cannot-link: these two are not one, whatever arrives, until a person joins them. Repeating it changes nothing. */
export function keepApart(store: GraphStore, a: CanonicalId, b: CanonicalId, cause: Cause): 'same' | 'apart' {
  if (a === b) return 'same'
  const [left, right] = [profileRow(store, a), profileRow(store, b)]
  if (areApart(left, right)) return 'apart'
  const seq = store.addOperation({ kind: 'apart', a, b, cause })
  fence(left, Object.keys(left.leaves) as CanonicalId[], seq, '+')
  fence(right, Object.keys(right.leaves) as CanonicalId[], seq, '-')
  store.saveProfile(a, left)
  store.saveProfile(b, right)
  return 'apart'
}

/** What undoing a merge would move: `leaves` out of `from`, to live as `to` again. */
export interface ReleasePlan {
  readonly merge: MergeOperation
  readonly from: CanonicalId
  readonly to: CanonicalId
  readonly leaves: readonly CanonicalId[]
  /** Merges that no longer hold once the leaves are apart; the asked one is among them. */
  readonly undone: readonly MergeOperation[]
}

/** `busy`: a merge or a split of one of the two is still being carried out. */
export type ReleaseRefusal = 'unknown' | 'undone' | 'busy'

/**
 * Plans to undo a merge of the profile `id`. The leaves that the merge brought and that are still with the person move
 * out, except those that a later merge brought back by themselves. Any merge may be undone, not only the last one.
 */
export function planRelease(
  store: GraphStore,
  id: CanonicalId,
  seq: number,
): { readonly plan: ReleasePlan } | { readonly refusal: ReleaseRefusal } {
  const row = store.profile(id)
  const merge = row?.operations.includes(seq) ? store.operation(seq) : undefined
  if (!row || merge?.kind !== 'merge') return { refusal: 'unknown' }
  const from = store.rootOf(merge.loser)
  if (merge.undoneAt !== undefined || from === merge.loser) return { refusal: 'undone' }
  const present = mergesOf(store, profileRow(store, from))
  const broughtLater = (leaf: CanonicalId) =>
    present.some((later) => later.seq > seq && later.leaves.includes(leaf) && !later.leaves.includes(merge.loser))
  const leaves = merge.leaves.filter((leaf) => store.rootOf(leaf) === from && !broughtLater(leaf))
  const parties = new Set<CanonicalId>([from, merge.loser])
  if (store.openOperations().some((open) => partiesOf(open).some((party) => parties.has(party))))
    return { refusal: 'busy' }
  const moved = new Set(leaves)
  const undone = present.filter((one) => moved.has(one.loser) !== moved.has(one.winner))
  return { plan: { merge, from, to: merge.loser, leaves, undone } }
}

/** Carries the plan out in the graph: both sides under a new epoch, and kept apart from now on. */
export function release(store: GraphStore, plan: ReleasePlan, cause: Cause): number {
  const { from, to, leaves, undone, merge } = plan
  const seq = store.addOperation({ kind: 'release', from, to, leaves, undoes: merge.seq, cause })
  const left = profileRow(store, from)
  const right: ProfileRow = { epoch: seq, leaves: dict(), operations: [] }
  const operations = mergesOf(store, left, true)
  moveLeaves(store, left, right, leaves, to)
  left.epoch = seq
  const moved = new Set(leaves)
  left.operations = operations.filter((one) => !moved.has(one.loser) || !moved.has(one.winner)).map((one) => one.seq)
  right.operations = operations.filter((one) => moved.has(one.loser) || moved.has(one.winner)).map((one) => one.seq)
  for (const one of undone) store.saveOperation({ ...one, undoneAt: cause.at })
  fence(left, Object.keys(left.leaves) as CanonicalId[], seq, '+')
  fence(right, leaves, seq, '-')
  store.saveProfile(from, left)
  store.saveProfile(to, right)
  return seq
}

/** Turns a person into nobody: what leads to their leaves leads no further. `busy` while something is being carried out. */
export function erase(
  store: GraphStore,
  id: CanonicalId,
  { id: erasure, at, state }: Erasure & { readonly id: string },
  cause: Cause,
): number | 'busy' {
  const leaves = Object.keys(profileRow(store, id).leaves) as CanonicalId[]
  const parties = new Set<CanonicalId>([id, ...leaves])
  if (store.openOperations().some((open) => partiesOf(open).some((party) => parties.has(party)))) return 'busy'
  for (const leaf of leaves) store.saveErasure(leaf, { at, state })
  store.deleteProfile(id)
  return store.addOperation({ kind: 'erase', profile: id, leaves, erasure, cause })
}

function moveLeaves(
  store: GraphStore,
  from: ProfileRow,
  into: ProfileRow,
  leaves: readonly CanonicalId[],
  root: CanonicalId,
): void {
  for (const leaf of leaves) {
    into.leaves[leaf] = from.leaves[leaf] ?? dict()
    delete from.leaves[leaf]
    const added = from.added?.[leaf]
    if (added) {
      into.added ??= dict()
      into.added[leaf] = added
      delete from.added?.[leaf]
    }
    store.setRoot(leaf, root)
  }
  moveFences(from, into, leaves)
}

/** The merges of a profile that still hold, oldest first; with `all`, the undone ones too. */
function mergesOf(store: GraphStore, row: ProfileRow, all = false): readonly MergeOperation[] {
  return row.operations.flatMap((seq) => {
    const operation: Operation | undefined = store.operation(seq)
    return operation?.kind === 'merge' && (all || operation.undoneAt === undefined) ? [operation] : []
  })
}
