import type { CanonicalId } from '../kernel/id.ts'
import type { GraphStore } from './graph.ts'

/**
 * A profile that lost a merge which is still being carried out: what it holds is on its way to the winner. Another copy of a
 * message that was applied there may come to the winner first, which asks the loser about it (shared/profile/seal.ts).
 */
export interface Arrival {
  readonly loser: CanonicalId
  /** Of the merge. */
  readonly seq: number
}

/**
 * Who is on the way to a profile. `busy`: one of them still waits for somebody itself, so it cannot be asked yet: whoever
 * asks a loser makes it one, and a tombstone takes no pages.
 */
export function arrivingAt(store: GraphStore, root: CanonicalId): readonly Arrival[] | 'busy' {
  const merges = store.openOperations().filter((open) => open.kind === 'merge')
  if (merges.length === 0) return []
  const mine = merges.filter(({ loser }) => store.rootOf(loser) === root)
  if (mine.some(({ loser }) => merges.some(({ winner }) => winner === loser))) return 'busy'
  return mine.map(({ loser, seq }) => ({ loser, seq }))
}
