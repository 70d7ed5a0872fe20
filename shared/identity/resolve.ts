import type { CanonicalId } from '../kernel/id.ts'
import { dict } from '../kernel/json.ts'
import type { Cause, GraphStore, IdentifierRow, ProfileRow } from './graph.ts'
import { HARD_CAPS, type IdentitySettings, settingsOfType } from './identity-settings.ts'

/**
 * Decides whose a message is. One place decides for a workspace, in one synchronous transaction, so there are no races
 * between claims, limits and merges (DESIGN §5).
 *
 *  1. The anchor (first identifier) is the message's own: a pure function of the message. It is counted there only.
 *  2. An unknown anchor joins the leaf of the first other known identifier whose profile may hold it, else starts one.
 *  3. Every other identifier: unknown → joins the anchor's leaf, or a leaf of its own where a limit forbids; known
 *     elsewhere → the two profiles merge, the older canonical ID wins, or the link is refused: a limit forbids it, or the
 *     value is shared by too many to say who somebody is. A refused identifier stays on the event.
 *
 * @law without limits the partition is the connected components of the messages, in any order
 * @law no limit is ever exceeded by a message with a public key
 * @law a shared value never joins two people
 */
export interface UsableIdentifier {
  readonly key: string
  readonly type: string
  /** A mailbox of a function (`info@`): resolves like any other, and never joins two people. */
  readonly shared?: boolean
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

/** Why a link was not made. */
export const REFUSALS = {
  limit: 'the profile has as many identifiers of the type as it may',
  cap: 'the profile has as many leaves or identifiers as any may',
  shared_value: 'the value was seen with too many different people',
} as const
export type Refusal = keyof typeof REFUSALS

export type ResolveAnswer =
  | {
      readonly kind: 'resolved'
      readonly profile: CanonicalId
      /** Leaf of the anchor: the one the event is counted under. */
      readonly leaf: CanonicalId
      readonly epoch: number
      /** For each of `ids` (then `previous`): does the profile hold it? False where a link was refused. */
      readonly held: readonly boolean[]
      readonly refused: readonly Refusal[]
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
    const known = store.identifier(key)
    if (known && store.splitting(store.rootOf(known.leaf))) return { kind: 'busy' }
  }

  const anchor = ids[0] as UsableIdentifier
  const others = ids.slice(1)
  const leaf = store.identifier(anchor.key)?.leaf ?? placeAnchor(store, settings, anchor, others, mint)
  let root = store.rootOf(leaf)
  const refused: Refusal[] = []
  for (const other of others) {
    const known = store.identifier(other.key)
    if (known === undefined) {
      const refusal = refusalToHold(rowOf(store, root), settings, other.type)
      if (refusal) refused.push(refusal)
      addIdentifier(store, other, refusal ? startProfile(store, mint) : leaf, [anchor.key])
      continue
    }
    const seen = withAnchor(known, anchor.key, settings)
    if (seen !== known) store.saveIdentifier(other.key, seen)
    const elsewhere = store.rootOf(known.leaf)
    if (elsewhere === root) continue
    const refusal = isShared(other, seen, settings)
      ? 'shared_value'
      : refusalToJoin(rowOf(store, root), rowOf(store, elsewhere), settings, request.mayExceed)
    if (refusal) refused.push(refusal)
    else root = merge(store, root, elsewhere, request.cause)
  }
  return {
    kind: 'resolved',
    profile: root,
    leaf,
    epoch: rowOf(store, root).epoch,
    held: ids.map(({ key }) => store.rootOf((store.identifier(key) as IdentifierRow).leaf) === root),
    refused,
    ...(previous ? { previousType: previous.type } : {}),
  }
}

function previousIdentifier(store: GraphStore, previous: { readonly user: string; readonly anonymous: string }) {
  return store.identifier(previous.user) !== undefined
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
    const known = store.identifier(other.key)
    if (known === undefined || isShared(other, withAnchor(known, anchor.key, settings), settings)) continue
    if (refusalToHold(rowOf(store, store.rootOf(known.leaf)), settings, anchor.type)) continue
    addIdentifier(store, anchor, known.leaf, [])
    return known.leaf
  }
  const leaf = startProfile(store, mint)
  addIdentifier(store, anchor, leaf, [])
  return leaf
}

/** The row with one more anchor; the same row when it is known, or when there are enough to know that it is shared. */
function withAnchor(row: IdentifierRow, anchor: string, settings: IdentitySettings): IdentifierRow {
  if (row.anchors.includes(anchor) || row.anchors.length > settings.sharedAfterAnchors) return row
  return { ...row, anchors: [...row.anchors, anchor] }
}

function isShared(identifier: UsableIdentifier, row: IdentifierRow, settings: IdentitySettings): boolean {
  return identifier.shared === true || row.anchors.length > settings.sharedAfterAnchors
}

function startProfile(store: GraphStore, mint: () => CanonicalId): CanonicalId {
  const id = mint()
  const leaves = dict<ReturnType<typeof dict<number>>>()
  leaves[id] = dict()
  store.saveProfile(id, { epoch: 0, leaves, operations: [] })
  return id
}

function addIdentifier(
  store: GraphStore,
  identifier: UsableIdentifier,
  leaf: CanonicalId,
  anchors: readonly string[],
): void {
  store.saveIdentifier(identifier.key, { leaf, anchors })
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

function refusalToHold(row: ProfileRow, settings: IdentitySettings, type: string): Refusal | undefined {
  const { byType, all } = totals(row)
  if (all >= HARD_CAPS.identifiers) return 'cap'
  return (byType.get(type) ?? 0) < settingsOfType(settings, type).limit ? undefined : 'limit'
}

/** A type that only one side has is no reason to refuse, even where that side is over its limit already. */
function refusalToJoin(
  a: ProfileRow,
  b: ProfileRow,
  settings: IdentitySettings,
  mayExceed: boolean,
): Refusal | undefined {
  const left = totals(a)
  const right = totals(b)
  if (left.all + right.all > HARD_CAPS.identifiers || left.leaves + right.leaves > HARD_CAPS.leaves) return 'cap'
  if (mayExceed) return undefined
  for (const [type, n] of left.byType) {
    const m = right.byType.get(type) ?? 0
    if (n > 0 && m > 0 && n + m > settingsOfType(settings, type).limit) return 'limit'
  }
  return undefined
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
