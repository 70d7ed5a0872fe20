import type { CanonicalId } from '../kernel/id.ts'
import type { Dict } from '../kernel/json.ts'

/**
 * The rows of a workspace's identity graph and the port through which decisions read and write them. An identifier
 * points to a **leaf**, the canonical ID under which data arrived; a leaf belongs to one **profile** (its root), at
 * first itself. Merging moves leaves, never identifiers, so that it can be undone.
 */
export interface ProfileRow {
  /** Raised when a profile is split; a caller with an older one is told `elsewhere`. Zero until then. */
  epoch: number
  /** Leaves of this profile, each with its number of identifiers by type. */
  leaves: Dict<Dict<number>>
  /** Sequence numbers of the operations this profile took part in, oldest first. */
  operations: number[]
}

/** Where an identifier belongs, and with whom it was seen. */
export interface IdentifierRow {
  readonly leaf: CanonicalId
  /**
   * Keys of the distinct anchors it came with in one message, up to one more than the workspace allows: a value that
   * many different people bring along (a family's phone, a shop's mailbox) says nothing about any of them.
   */
  readonly anchors: readonly string[]
}

/** Why a link or a merge was made. `at` is the arrival of the message, in epoch milliseconds. */
export interface Cause {
  readonly kind: 'message' | 'alias' | 'rule' | 'person'
  readonly messageId?: string
  readonly at: number
}

/** A merge as a row of the graph: carried out by the graph itself, every step repeatable (operations.ts). */
export interface MergeOperation {
  readonly seq: number
  readonly kind: 'merge'
  readonly winner: CanonicalId
  readonly loser: CanonicalId
  /** The loser's leaves at the moment of the decision. */
  readonly leaves: readonly CanonicalId[]
  readonly cause: Cause
  readonly done: boolean
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
  /** True while a profile is being split: its messages wait. */
  splitting(id: CanonicalId): boolean
  /** Writes the operation and gives it the next sequence number. */
  addOperation(operation: Omit<MergeOperation, 'seq' | 'done'>): number
}
