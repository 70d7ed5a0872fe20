import { toIso } from '../kernel/instant.ts'
import { totalOf } from './counters.ts'
import type { HeldIdentifierDocument, LeafDocument } from './document.ts'
import type { ProfileState } from './state.ts'
import { isSeen, namedIdentifiers } from './view.ts'

/** Under which canonical IDs data arrived, and how much, the oldest first. */
export function leafDocuments(state: ProfileState): LeafDocument[] {
  return Object.entries(state.leaves)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, leaf]) => ({
      id,
      events: Object.keys(leaf.counters).reduce((sum, name) => sum + totalOf(leaf.counters, name), 0),
      ...(isSeen(leaf) ? { firstSeen: toIso(leaf.firstSeen), lastSeen: toIso(leaf.lastSeen) } : {}),
    }))
}

/** The identifiers with their normal form, which is how links name them, and the leaves that hold them. */
export function heldDocuments(state: ProfileState): HeldIdentifierDocument[] {
  const leaves = Object.entries(state.leaves).sort(([a], [b]) => (a < b ? -1 : 1))
  return namedIdentifiers(state).map(({ name, document }) => ({
    ...document,
    ref: name,
    leaves: leaves.flatMap(([id, { identifiers }]) => (name in identifiers ? [id] : [])),
  }))
}
