import type { Row } from './columns.ts'

/**
 * Who is who now, from what the profiles told of merges and splits (`changes`): the owner of every leaf that is not its
 * own profile any more. Operations of a graph are numbered, so what was told late or twice changes nothing.
 */
export interface Merge {
  /** Number of the operation. */
  readonly seq: number
  readonly winner: string
  readonly loser: string
  readonly at: number
}

export interface Owners {
  /** Leaf → the profile that holds it, for leaves that are not their own profile. */
  readonly of: ReadonlyMap<string, { readonly profile: string; readonly at: number }>
  /** Merges that stand, in order. */
  readonly merges: readonly Merge[]
}

const OPERATION = /(mrg|rel)_(\d{1,15})$/

/**
 * @law the owners do not depend on the order or repetition of what was told
 */
export function ownersOf(changes: readonly Row[]): Owners {
  const owner = new Map<string, { profile: string; at: number }>()
  /** The leaves that a merge moved. */
  const moved = new Map<string, { merge: Merge; leaves: readonly string[] }>()
  for (const { kind, seq, row } of inOrder(changes)) {
    const [profile, other] = [String(row['canonical_id']), String(row['other'])]
    const at = Number(row['received_at'])
    if (kind === 'mrg') {
      const leaves = [other, ...[...owner].filter(([, held]) => held.profile === other).map(([leaf]) => leaf)]
      for (const leaf of leaves) owner.set(leaf, { profile, at })
      moved.set(`mrg_${seq}`, { merge: { seq, winner: profile, loser: other, at }, leaves })
      continue
    }
    const undone = moved.get(String(row['merge_id']))
    moved.delete(String(row['merge_id']))
    for (const leaf of undone?.leaves ?? [other]) {
      if (leaf === other) owner.delete(leaf)
      else owner.set(leaf, { profile: other, at })
    }
  }
  return { of: owner, merges: [...moved.values()].map(({ merge }) => merge).sort((a, b) => a.seq - b.seq) }
}

/** The profile that has what arrived under a leaf. */
export function ownerOf({ of }: Pick<Owners, 'of'>, leaf: string): string {
  return of.get(leaf)?.profile ?? leaf
}

function inOrder(changes: readonly Row[]) {
  const operations = new Map<string, { kind: string; seq: number; row: Row }>()
  for (const row of changes) {
    const m = OPERATION.exec(String(row['key']))
    if (m && row['other'] !== null) operations.set(String(m[0]), { kind: String(m[1]), seq: Number(m[2]), row })
  }
  return [...operations.values()].sort((a, b) => a.seq - b.seq)
}
