import type { ErasureRow } from '../../platform/erasure-row.ts'
import { ERASED_STORES, type ErasureDocument } from '../../shared/contract/read-erasure.ts'
import { toIso } from '../../shared/kernel/instant.ts'

/** The receipt as it is read. */
export function erasureDocument(row: ErasureRow): ErasureDocument {
  const { id, profile, mode, state } = row
  return {
    id,
    profile,
    mode,
    state,
    requestedAt: toIso(row.requestedAt),
    closedAt: row.closedAt === null ? null : toIso(row.closedAt),
    stores: ERASED_STORES.flatMap((store): ErasureDocument['stores'] => {
      const receipt = row.stores[store]
      if (receipt) return [{ store, state: 'done', at: toIso(receipt.at), removed: receipt.removed }]
      // A store that there was not yet when the receipt was closed held nothing of them.
      return state === 'open' ? [{ store, state: 'waiting', at: null, removed: 0 }] : []
    }),
  }
}
