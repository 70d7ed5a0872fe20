import type { ErasedStore } from '../shared/contract/read-erasure.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'

/** An erasure in D1: the receipt, and while it is open what is needed to find what is left. */
export interface ErasureRow {
  readonly workspace: string
  readonly id: string
  readonly profile: CanonicalId
  readonly mode: 'erase' | 'suppress'
  readonly state: 'open' | 'closed' | 'lifted'
  readonly scope: ErasureScope
  readonly stores: Partial<Record<ErasedStore, StoreReceipt>>
  readonly requestedAt: number
  readonly closedAt: number | null
}

/** Whose it is: every canonical ID data ever arrived under, and the graph's keys of every identifier held. */
export interface ErasureScope {
  readonly leaves: readonly CanonicalId[]
  readonly keys: readonly string[]
}

export interface StoreReceipt {
  /** Epoch milliseconds. */
  readonly at: number
  readonly removed: number
}

type Columns = Omit<ErasureRow, 'scope' | 'stores'> & { scope: string; stores: string }

export async function erasureRow(env: Env, workspace: string, id: string): Promise<ErasureRow | null> {
  const row = await env.DB.prepare(
    `SELECT workspace, id, profile, mode, state, scope, stores, requested_at AS requestedAt, closed_at AS closedAt
     FROM erasures WHERE workspace = ? AND id = ?`,
  )
    .bind(workspace, id)
    .first<Columns>()
  return row && { ...row, scope: JSON.parse(row.scope), stores: JSON.parse(row.stores) }
}

export function newErasure(
  env: Env,
  row: Pick<ErasureRow, 'workspace' | 'id' | 'profile' | 'mode' | 'scope' | 'requestedAt'>,
) {
  return env.DB.prepare(
    `INSERT INTO erasures (workspace, id, profile, mode, state, scope, stores, requested_at)
     VALUES (?, ?, ?, ?, 'open', ?, '{}', ?)`,
  ).bind(row.workspace, row.id, row.profile, row.mode, JSON.stringify(row.scope), row.requestedAt)
}

/** The store has forgotten. Said once: a step that is repeated changes nothing. */
export async function storeForgot(env: Env, row: ErasureRow, store: ErasedStore, receipt: StoreReceipt): Promise<void> {
  await env.DB.prepare(
    `UPDATE erasures SET stores = json_set(stores, ?, json(?)) WHERE workspace = ? AND id = ? AND json_extract(stores, ?) IS NULL`,
  )
    .bind(`$.${store}`, JSON.stringify(receipt), row.workspace, row.id, `$.${store}`)
    .run()
}

/**
 * Every store has forgotten. The hashes stay for some days more (forgetScopes), since compaction looks for copies that
 * were on their way.
 */
export async function closeErasure(env: Env, row: ErasureRow, at: number): Promise<void> {
  await env.DB.prepare(
    "UPDATE erasures SET state = 'closed', closed_at = ? WHERE workspace = ? AND id = ? AND state = 'open'",
  )
    .bind(at, row.workspace, row.id)
    .run()
}

/** Nothing of theirs can be on its way any more, and we forget how they would be known. */
export async function forgetScopes(env: Env, closedBefore: number): Promise<void> {
  await env.DB.prepare(
    `UPDATE erasures SET scope = json_object('leaves', json(json_extract(scope, '$.leaves')), 'keys', json('[]'))
     WHERE state <> 'open' AND closed_at < ? AND json_array_length(scope, '$.keys') > 0`,
  )
    .bind(closedBefore)
    .run()
}
