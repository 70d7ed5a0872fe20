import type { CanonicalId } from '../kernel/id.ts'
import type { Dict } from '../kernel/json.ts'

/**
 * The rows of a workspace's identity graph and the port through which decisions read and write them. An identifier
 * points to a **leaf**, the canonical ID under which data arrived; a leaf belongs to one **profile** (its root), at
 * first itself. Merging and releasing move leaves, never identifiers, so that a merge can be undone. A profile's ID is
 * always the oldest of its leaves: the older one wins a merge, and what is released goes back to its own oldest.
 */
export interface ProfileRow {
  /** Raised when a profile is split; a caller with an older one is told `elsewhere`. Zero until then. */
  epoch: number
  /** Leaves of this profile, each with its number of identifiers by type. */
  leaves: Dict<Dict<number>>
  /** Sequence numbers of the merges this profile took part in, oldest first. */
  operations: number[]
  /** Cannot-links, as marks on leaves: `12+` and `12-` never come together (fences.ts). Absent where there are none. */
  fences?: Dict<string[]>
  /** When identifiers came, by leaf and type, for types whose limit has a window. Epoch ms, ascending. */
  added?: Dict<Dict<number[]>>
}

/** Where an identifier belongs, and with whom it was seen. */
export interface IdentifierRow {
  readonly leaf: CanonicalId
  /**
   * Keys of the distinct anchors it came with in one message, up to one more than the workspace allows: a value that
   * many different people bring along (a family's phone, a shop's mailbox) says nothing about any of them.
   */
  readonly anchors: readonly string[]
  /** Of a value that was erased and came again later: events up to this instant stay refused. Epoch ms. */
  readonly after?: number
  /** Of a device that changed hands (`sharedDevice: "move"`): whose it was from when on, oldest first (devices.ts). */
  readonly moves?: readonly DeviceMove[]
  /** The greatest arrival time for which this value was an anchor, kept where moves may happen. Epoch ms. */
  readonly answered?: number
}

export interface DeviceMove {
  /** By `receivedAt` of a copy, so that a copy delivered again goes where it went. Epoch ms. */
  readonly from: number
  readonly leaf: CanonicalId
}

/** Why a link, a merge or a split was made. `at` is the arrival of the message or the decision, in epoch milliseconds. */
export interface Cause {
  readonly kind: 'message' | 'alias' | 'rule' | 'person'
  readonly messageId?: string
  readonly at: number
  /** Of a rule: how likely the two are one. */
  readonly probability?: number
  /** Of a person: the token they acted with. */
  readonly by?: string
}

/** An operation is a row of the graph: carried out by the graph itself, every step repeatable (operations.ts). */
interface OperationRow {
  readonly seq: number
  readonly cause: Cause
  readonly done: boolean
}

export interface MergeOperation extends OperationRow {
  readonly kind: 'merge'
  readonly winner: CanonicalId
  readonly loser: CanonicalId
  /** The loser's leaves at the moment of the decision. */
  readonly leaves: readonly CanonicalId[]
  /** When a release took the two apart again. Epoch ms. */
  readonly undoneAt?: number
}

/** Unmerge: leaves move out of one profile and go live as another, both under a new epoch: the operation's own number. */
export interface ReleaseOperation extends OperationRow {
  readonly kind: 'release'
  readonly from: CanonicalId
  readonly to: CanonicalId
  readonly leaves: readonly CanonicalId[]
  /** The merge that was asked to be undone. */
  readonly undoes: number
}

export interface EraseOperation extends OperationRow {
  readonly kind: 'erase'
  readonly profile: CanonicalId
  readonly leaves: readonly CanonicalId[]
  /** The receipt that waits for it. */
  readonly erasure: string
}

/** Somebody said that two are not one. Nothing has to be carried out; the row is the record. */
export interface ApartOperation extends OperationRow {
  readonly kind: 'apart'
  readonly a: CanonicalId
  readonly b: CanonicalId
}

export type Operation = MergeOperation | ReleaseOperation | EraseOperation | ApartOperation
export type NewOperation = WithoutSeq<Operation>
type WithoutSeq<T> = T extends Operation ? Omit<T, 'seq' | 'done'> : never

/** The profiles that an operation changes. */
export function partiesOf(operation: Operation): readonly CanonicalId[] {
  switch (operation.kind) {
    case 'merge':
      return [operation.winner, operation.loser]
    case 'release':
      return [operation.from, operation.to]
    case 'erase':
      return [operation.profile, ...operation.leaves]
    case 'apart':
      return []
  }
}

/** What is left in the graph of a leaf whose person was erased: its identifiers lead here, and no further. */
export interface Erasure {
  /** Events up to this instant are the erased person's, for good. Epoch ms. */
  readonly at: number
  /** `open`: until the receipt is closed everything is refused. `closed`: later events make a new person. `kept`: refused until a person lifts it. */
  readonly state: 'open' | 'closed' | 'kept'
}

/** Synchronous, because a whole decision is one transaction of one object. Keys are opaque (platform/hashing.ts). */
export interface GraphStore {
  identifier(key: string): IdentifierRow | undefined
  saveIdentifier(key: string, row: IdentifierRow): void
  /** The profile a leaf belongs to. */
  rootOf(leaf: CanonicalId): CanonicalId
  setRoot(leaf: CanonicalId, root: CanonicalId): void
  profile(id: CanonicalId): ProfileRow | undefined
  saveProfile(id: CanonicalId, row: ProfileRow): void
  deleteProfile(id: CanonicalId): void
  erasure(leaf: CanonicalId): Erasure | undefined
  saveErasure(leaf: CanonicalId, erasure: Erasure | null): void
  /** Writes the operation and gives it the next sequence number; `apart` is done at once. */
  addOperation(operation: NewOperation): number
  operation(seq: number): Operation | undefined
  saveOperation(operation: Operation): void
  openOperations(): readonly Operation[]
}

export function profileRow(store: GraphStore, id: CanonicalId): ProfileRow {
  const row = store.profile(id)
  if (!row) throw new Error(`identity graph: no row for ${id}`)
  return row
}
