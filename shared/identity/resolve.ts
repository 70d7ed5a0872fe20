import type { CanonicalId } from '../kernel/id.ts'
import { dict } from '../kernel/json.ts'
import { type Arrival, arrivingAt } from './arriving.ts'
import { answeredAt, isDevice, mayMove, movedTo, ownerAt } from './devices.ts'
import { areApart } from './fences.ts'
import { type Cause, type GraphStore, type IdentifierRow, type ProfileRow, partiesOf, profileRow } from './graph.ts'
import type { IdentitySettings } from './identity-settings.ts'
import { joinProfiles } from './join.ts'
import { countIdentifier, identifierCount, refusalToHold, refusalToJoin } from './limits.ts'

/**
 * Decides whose a message is. One place decides for a workspace, in one synchronous transaction, so there are no races
 * between claims, limits and merges (DESIGN §5).
 *
 *  1. The anchor (first identifier) is the message's own: a pure function of the message. It is counted there only.
 *  2. An unknown anchor joins the leaf of the first other known identifier whose profile may hold it, else starts one.
 *  3. Every other identifier: unknown → joins the anchor's leaf, or a leaf of its own where a limit forbids; known
 *     elsewhere → the two profiles merge, the older canonical ID wins, or the link is refused: a limit or a person
 *     forbids it, or the value is shared by too many to say who somebody is. A refused identifier stays on the event.
 *
 * @law without limits the partition is the connected components of the messages, in any order
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
  /** When it happened, as opposed to `cause.at`, when it arrived. Epoch ms; an erasure covers events up to its instant. */
  readonly eventAt: number
  readonly cause: Cause
}

/** Why a link was not made. */
export const REFUSALS = {
  limit: 'the profile has as many identifiers of the type as it may',
  cap: 'the profile has as many leaves or identifiers as any may',
  shared_value: 'the value was seen with too many different people',
  apart: 'a person said that the two are not one',
  suppressed: 'the value belongs to a person who was erased',
} as const
export type Refusal = keyof typeof REFUSALS

export type ResolveAnswer =
  | {
      readonly kind: 'resolved'
      readonly profile: CanonicalId
      /** Leaf of the anchor: the one the event is counted under. */
      readonly leaf: CanonicalId
      readonly epoch: number
      /** For each of `ids` (then `previous`): the leaf under which the profile holds it; null where a link was refused. */
      readonly held: readonly (CanonicalId | null)[]
      readonly refused: readonly Refusal[]
      readonly previousType?: 'user_id' | 'anonymous_id'
      /** The answer holds for this message only: it depends on when it arrived or happened. */
      readonly once?: true
      /** This message made the profile hold as many identifiers as the workspace wants to hear of. */
      readonly grown?: true
      /** Profiles that are on their way to this one. Such an answer is of this moment. */
      readonly arriving?: readonly Arrival[]
    }
  | { readonly kind: 'busy' }
  /** The anchor, or another value that names a person, belongs to somebody who was erased. */
  | { readonly kind: 'suppressed' }

export function resolve(
  store: GraphStore,
  settings: IdentitySettings,
  request: ResolveRequest,
  mint: () => CanonicalId,
): ResolveAnswer {
  const ids = request.previous ? [...request.ids, previousIdentifier(store, request.previous)] : request.ids
  const found = ids.map((id) => look(store, settings, request, id))
  if (found.some((one) => one.kind === 'suppressed' && !isDevice(one.id.type))) return { kind: 'suppressed' }
  const [anchor, ...others] = found as [Found, ...Found[]]
  if (anchor.kind === 'suppressed') return { kind: 'suppressed' }
  if (found.some((one) => one.kind === 'known' && isSplitting(store, store.rootOf(one.leaf)))) return { kind: 'busy' }

  const decision = new Decision(store, settings, request, mint)
  const leaf = anchor.kind === 'known' ? anchor.leaf : decision.placeAnchor(anchor, others)
  for (const other of others) decision.link(leaf, other, anchor)
  const root = store.rootOf(leaf)
  const row = profileRow(store, root)
  const arriving = arrivingAt(store, root)
  if (arriving === 'busy') return { kind: 'busy' }
  const at = request.cause.at
  const movable = ids.some(({ type }) => mayMove(type, settings))
  if (movable && mayMove(anchor.id.type, settings)) remember(store, anchor.id, (known) => answeredAt(known, at))
  const held = ids.map(({ key }) => {
    const known = store.identifier(key)
    const home = known && ownerAt(known, at)
    return home !== undefined && store.rootOf(home) === root ? home : null
  })
  return {
    kind: 'resolved',
    profile: root,
    leaf,
    epoch: row.epoch,
    held,
    refused: decision.refused,
    ...(request.previous ? { previousType: (ids.at(-1) as PreviousIdentifier).type } : {}),
    ...(movable || found.some((one) => one.after !== undefined) ? { once: true } : {}),
    ...(decision.hasGrownTo(row) ? { grown: true } : {}),
    ...(arriving.length > 0 ? { arriving } : {}),
  }
}

interface PreviousIdentifier extends UsableIdentifier {
  readonly type: 'user_id' | 'anonymous_id'
}

function previousIdentifier(
  store: GraphStore,
  previous: { readonly user: string; readonly anonymous: string },
): PreviousIdentifier {
  return store.identifier(previous.user) !== undefined
    ? { key: previous.user, type: 'user_id' }
    : { key: previous.anonymous, type: 'anonymous_id' }
}

/** What the graph knows of an identifier, for this message. `after`: it was erased once, up to that instant. */
type Found = { readonly id: UsableIdentifier; readonly after?: number } & (
  | { readonly kind: 'known'; readonly row: IdentifierRow; readonly leaf: CanonicalId }
  | { readonly kind: 'unknown'; readonly anchors?: readonly string[] }
  | { readonly kind: 'suppressed' }
)

function look(store: GraphStore, settings: IdentitySettings, request: ResolveRequest, id: UsableIdentifier): Found {
  const row = store.identifier(id.key)
  if (!row) return { id, kind: 'unknown' }
  const leaf = ownerAt(row, request.cause.at)
  const erasure = store.erasure(leaf)
  if (erasure) {
    // A value of many says nothing about the one who was erased: it starts anew.
    if (isShared(id, row, settings)) return { id, kind: 'unknown', anchors: row.anchors }
    const after = erasure.at
    const over = erasure.state === 'closed' && request.eventAt > after
    return over ? { id, kind: 'unknown', after } : { id, kind: 'suppressed', after }
  }
  const after = row.after === undefined ? {} : { after: row.after }
  if (row.after !== undefined && request.eventAt <= row.after) return { id, kind: 'suppressed', ...after }
  return { id, kind: 'known', row, leaf, ...after }
}

/** A profile whose leaves are on the move takes nothing until they have arrived. */
export function isSplitting(store: GraphStore, id: CanonicalId): boolean {
  return store.openOperations().some((open) => open.kind === 'release' && partiesOf(open).includes(id))
}

/** The decision about one message: what it writes, and the links it refused. */
class Decision {
  readonly refused: Refusal[] = []
  readonly #store: GraphStore
  readonly #settings: IdentitySettings
  readonly #request: ResolveRequest
  readonly #mint: () => CanonicalId
  /** How many identifiers the profile held, once this message changes it. */
  #before: number | undefined

  constructor(store: GraphStore, settings: IdentitySettings, request: ResolveRequest, mint: () => CanonicalId) {
    this.#store = store
    this.#settings = settings
    this.#request = request
    this.#mint = mint
  }

  /** Did this message bring the profile up to the number that the workspace wants to hear of? */
  hasGrownTo(row: ProfileRow): boolean {
    const { growthAlarm } = this.#settings
    return this.#before !== undefined && this.#before < growthAlarm && identifierCount(row) >= growthAlarm
  }

  placeAnchor(anchor: Found, others: readonly Found[]): CanonicalId {
    for (const other of others) {
      if (other.kind !== 'known') continue
      if (isShared(other.id, withAnchor(other.row, anchor.id.key, this.#settings), this.#settings)) continue
      const row = profileRow(this.#store, this.#store.rootOf(other.leaf))
      if (refusalToHold(row, this.#settings, anchor.id.type, this.#at)) continue
      this.#add(anchor, other.leaf, [])
      return other.leaf
    }
    const leaf = this.#start()
    this.#add(anchor, leaf, [])
    return leaf
  }

  /** Links one more identifier of the message to its anchor, or says why not. */
  link(leaf: CanonicalId, other: Found, anchor: Found): void {
    const root = this.#store.rootOf(leaf)
    switch (other.kind) {
      case 'suppressed':
        this.refused.push('suppressed')
        return
      case 'unknown': {
        const refusal = refusalToHold(profileRow(this.#store, root), this.#settings, other.id.type, this.#at)
        if (refusal) this.refused.push(refusal)
        this.#add(other, refusal ? this.#start() : leaf, [anchor.id.key])
        return
      }
      case 'known': {
        const seen = withAnchor(other.row, anchor.id.key, this.#settings)
        if (seen !== other.row) remember(this.#store, other.id, (row) => ({ ...row, anchors: seen.anchors }))
        const elsewhere = this.#store.rootOf(other.leaf)
        if (elsewhere === root) return
        const refusal = this.#refusalToMerge(root, elsewhere, other.id, seen)
        if (refusal === undefined) {
          this.#before ??= identifierCount(profileRow(this.#store, root))
          joinProfiles(this.#store, root, elsewhere, this.#request.cause)
          return
        }
        this.refused.push(refusal)
        if (mayMove(other.id.type, this.#settings))
          remember(this.#store, other.id, (row) => movedTo(row, leaf, this.#at))
      }
    }
  }

  #refusalToMerge(
    root: CanonicalId,
    elsewhere: CanonicalId,
    id: UsableIdentifier,
    seen: IdentifierRow,
  ): Refusal | undefined {
    if (isShared(id, seen, this.#settings)) return 'shared_value'
    const [a, b] = [profileRow(this.#store, root), profileRow(this.#store, elsewhere)]
    if (areApart(a, b)) return 'apart'
    return refusalToJoin(a, b, this.#settings, this.#at, this.#request.mayExceed)
  }

  #start(): CanonicalId {
    const id = this.#mint()
    const leaves = dict<ReturnType<typeof dict<number>>>()
    leaves[id] = dict()
    this.#store.saveProfile(id, { epoch: 0, leaves, operations: [] })
    return id
  }

  #add(found: Found, leaf: CanonicalId, anchors: readonly string[]): void {
    const { id, after } = found
    const seen = found.kind === 'unknown' ? (found.anchors ?? anchors) : anchors
    this.#store.saveIdentifier(id.key, { leaf, anchors: seen, ...(after === undefined ? {} : { after }) })
    const root = this.#store.rootOf(leaf)
    const row = profileRow(this.#store, root)
    this.#before ??= identifierCount(row)
    countIdentifier(row, leaf, id.type, this.#settings, this.#at)
    this.#store.saveProfile(root, row)
  }

  get #at(): number {
    return this.#request.cause.at
  }
}

/** Changes an identifier's row, if there is something to change. */
function remember(store: GraphStore, id: UsableIdentifier, change: (row: IdentifierRow) => IdentifierRow): void {
  const row = store.identifier(id.key)
  if (!row) return
  const changed = change(row)
  if (changed !== row) store.saveIdentifier(id.key, changed)
}

/** The row with one more anchor; the same row when it is known, or when there are enough to know that it is shared. */
function withAnchor(row: IdentifierRow, anchor: string, settings: IdentitySettings): IdentifierRow {
  if (row.anchors.includes(anchor) || row.anchors.length > settings.sharedAfterAnchors) return row
  return { ...row, anchors: [...row.anchors, anchor] }
}

function isShared(identifier: UsableIdentifier, row: IdentifierRow, settings: IdentitySettings): boolean {
  return identifier.shared === true || row.anchors.length > settings.sharedAfterAnchors
}
