import type { CanonicalId } from '../kernel/id.ts'
import { type Arrival, arrivingAt } from './arriving.ts'
import type { GraphStore } from './graph.ts'
import { isSplitting } from './resolve.ts'

/**
 * Where an event belongs whose person is known already, by the leaf it is about: what Tributary itself tells (a consent
 * that was set, a link that was followed) carries no identifier. Decides nothing and writes nothing.
 */
export type Place =
  | {
      readonly kind: 'placed'
      readonly profile: CanonicalId
      readonly leaf: CanonicalId
      readonly epoch: number
      readonly arriving: readonly Arrival[]
    }
  | { readonly kind: 'busy' }
  | { readonly kind: 'suppressed' }
  | { readonly kind: 'unknown' }

export function placeOf(store: GraphStore, leaf: CanonicalId | undefined): Place {
  if (leaf === undefined) return { kind: 'unknown' }
  if (store.erasure(leaf)) return { kind: 'suppressed' }
  const profile = store.rootOf(leaf)
  const row = store.profile(profile)
  if (!row) return { kind: 'unknown' }
  const arriving = arrivingAt(store, profile)
  if (arriving === 'busy' || isSplitting(store, profile)) return { kind: 'busy' }
  return { kind: 'placed', profile, leaf, epoch: row.epoch, arriving }
}
