import type { CanonicalId } from '../kernel/id.ts'
import { dict } from '../kernel/json.ts'
import type { Cause, GraphStore, ProfileRow } from './graph.ts'
import { HARD_CAPS, type IdentitySettings, settingsOfType } from './identity-settings.ts'

/**
 * Decides whose a message is. One place decides for a workspace, in one synchronous transaction, so there are no races
 * between claims, limits and merges (DESIGN §5).
 *
 *  1. The anchor (first identifier) is the message's own: a pure function of the message. It is counted there only.
 *  2. An unknown anchor joins the leaf of the first other known identifier whose profile may hold it, else starts one.
 *  3. Every other identifier: unknown → joins the anchor's leaf, or a leaf of its own where a limit forbids; known
 *     elsewhere → the two profiles merge, the older canonical ID wins, or a limit refuses the link.
 *
 * @law without limits the partition is the connected components of the messages, in any order
 * @law no limit is ever exceeded by a message with a public key
 */
export interface UsableIdentifier {
  readonly key: string
  readonly type: string
}

export interface ResolveRequest {
  /** Usable identifiers of one message, the anchor first; never empty. */
  readonly ids: readonly UsableIdentifier[]
  /** Of an alias: `previousId` as it would be looked up; a user id if one is known, else an anonymous id. */
  readonly previous?: { readonly user: string; readonly anonymous: string }
  /** An alias with a server key, or a person, may exceed the soft limits. Hard caps hold for everybody. */
  readonly mayExceed: boolean
  readonly cause: Cause
}

export type ResolveAnswer =
  | {
      readonly kind: 'resolved'
      readonly profile: CanonicalId
      /** Leaf of the anchor: the one the event is counted under. */
      readonly leaf: CanonicalId
      readonly epoch: number
      /** For each of `ids` (then `previous`): does the profile hold it? False where a link was refused. */
      readonly held: readonly boolean[]
      readonly previousType?: 'user_id' | 'anonymous_id'
    }
  | { readonly kind: 'busy' }

export function resolve(
  store: GraphStore,
  settings: IdentitySettings,
  request: ResolveRequest,
  mint: () => CanonicalId,
): ResolveAnswer {
  const previous = request.previous && previousIdentifier(store, request.previous)
  const ids = previous ? [...request.ids, previous] : request.ids
  for (const { key } of ids) {
    const leaf = store.leafOf(key)
    if (leaf !== undefined && store.splitting(store.rootOf(leaf))) return { kind: 'busy' }
  }

  const anchor = ids[0] as UsableIdentifier
  const others = ids.slice(1)
  const leaf = store.leafOf(anchor.key) ?? placeAnchor(store, settings, anchor, others, mint)
  let root = store.rootOf(leaf)
  for (const other of others) {
    const known = store.leafOf(other.key)
    if (known === undefined) {
      const fits = mayHold(rowOf(store, root), settings, other.type)
      addIdentifier(store, other, fits ? leaf : startProfile(store, mint))
      continue
    }
    const elsewhere = store.rootOf(known)
    if (elsewhere === root) continue
    if (mayJoin(rowOf(store, root), rowOf(store, elsewhere), settings, request.mayExceed)) {
      root = merge(store, root, elsewhere, request.cause)
    }
  }
  return {
    kind: 'resolved',
    profile: root,
    leaf,
    epoch: rowOf(store, root).epoch,
    held: ids.map(({ key }) => store.rootOf(store.leafOf(key) as CanonicalId) === root),
    ...(previous ? { previousType: previous.type } : {}),
  }
}

function previousIdentifier(store: GraphStore, previous: { readonly user: string; readonly anonymous: string }) {
  return store.leafOf(previous.user) !== undefined
    ? ({ key: previous.user, type: 'user_id' } as const)
    : ({ key: previous.anonymous, type: 'anonymous_id' } as const)
}

function placeAnchor(
  store: GraphStore,
  settings: IdentitySettings,
  anchor: UsableIdentifier,
  others: readonly UsableIdentifier[],
  mint: () => CanonicalId,
): CanonicalId {
  for (const other of others) {
    const leaf = store.leafOf(other.key)
    if (leaf === undefined || !mayHold(rowOf(store, store.rootOf(leaf)), settings, anchor.type)) continue
    addIdentifier(store, anchor, leaf)
    return leaf
  }
  const leaf = startProfile(store, mint)
  addIdentifier(store, anchor, leaf)
  return leaf
}

function startProfile(store: GraphStore, mint: () => CanonicalId): CanonicalId {
  const id = mint()
  const leaves = dict<ReturnType<typeof dict<number>>>()
  leaves[id] = dict()
  store.saveProfile(id, { epoch: 0, leaves, operations: [] })
  return id
}

function addIdentifier(store: GraphStore, identifier: UsableIdentifier, leaf: CanonicalId): void {
  store.setLeaf(identifier.key, leaf)
  const root = store.rootOf(leaf)
  const row = rowOf(store, root)
  const counts = (row.leaves[leaf] ??= dict())
  counts[identifier.type] = (counts[identifier.type] ?? 0) + 1
  store.saveProfile(root, row)
}

function rowOf(store: GraphStore, id: CanonicalId): ProfileRow {
  const row = store.profile(id)
  if (!row) throw new Error(`identity graph: no row for ${id}`)
  return row
}

function totals(row: ProfileRow): {
  readonly byType: Map<string, number>
  readonly all: number
  readonly leaves: number
} {
  const byType = new Map<string, number>()
  let all = 0
  let leaves = 0
  for (const leaf in row.leaves) {
    leaves++
    for (const type in row.leaves[leaf]) {
      const n = row.leaves[leaf]?.[type] ?? 0
      byType.set(type, (byType.get(type) ?? 0) + n)
      all += n
    }
  }
  return { byType, all, leaves }
}

function mayHold(row: ProfileRow, settings: IdentitySettings, type: string): boolean {
  const { byType, all } = totals(row)
  return (byType.get(type) ?? 0) < settingsOfType(settings, type).limit && all < HARD_CAPS.identifiers
}

/** A type that only one side has is no reason to refuse, even where that side is over its limit already. */
function mayJoin(a: ProfileRow, b: ProfileRow, settings: IdentitySettings, mayExceed: boolean): boolean {
  const left = totals(a)
  const right = totals(b)
  if (left.all + right.all > HARD_CAPS.identifiers || left.leaves + right.leaves > HARD_CAPS.leaves) return false
  if (mayExceed) return true
  for (const [type, n] of left.byType) {
    const m = right.byType.get(type) ?? 0
    if (n > 0 && m > 0 && n + m > settingsOfType(settings, type).limit) return false
  }
  return true
}

/** Moves the younger profile's leaves to the older one, in the graph at once; the data follows (operations.ts). */
function merge(store: GraphStore, a: CanonicalId, b: CanonicalId, cause: Cause): CanonicalId {
  const [winner, loser] = a < b ? [a, b] : [b, a]
  const into = rowOf(store, winner)
  const from = rowOf(store, loser)
  const leaves = Object.keys(from.leaves) as CanonicalId[]
  for (const leaf of leaves) {
    into.leaves[leaf] = from.leaves[leaf] ?? dict()
    store.setRoot(leaf, winner)
  }
  const seq = store.addOperation({ kind: 'merge', winner, loser, leaves, cause })
  into.operations.push(...from.operations, seq)
  store.saveProfile(winner, into)
  store.deleteProfile(loser)
  return winner
}
