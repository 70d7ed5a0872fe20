import { WATCHED_MS } from '../platform/erased-person.ts'
import { contentHash } from '../platform/hashing.ts'
import type { SyncRow } from '../platform/sync-row.ts'
import type { WantedTable } from '../shared/warehouse/wanted-tables.ts'
import type { Loaded, WarehousePort } from '../shared/warehouse/warehouse.ts'

/**
 * Those who were erased, by every canonical ID that data of theirs arrived under. They are taken out at the end of every run
 * until a week after the request, since a file that was read before may have come in after; and once more by the first run
 * after a longer time without one.
 */
export async function erasedForSync(env: Env, workspace: string, now: number): Promise<ReadonlySet<string>> {
  return new Set(await erasedSince(env, workspace, now - WATCHED_MS))
}

async function erasedSince(env: Env, workspace: string, since: number): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT profile, json_extract(scope, '$.leaves') AS leaves FROM erasures
     WHERE workspace = ? AND (requested_at > ? OR closed_at IS NULL OR closed_at > ?)`,
  )
    .bind(workspace, since, since)
    .all<{ profile: string; leaves: string }>()
  return [...new Set(results.flatMap(({ profile, leaves }) => [profile, ...(JSON.parse(leaves) as string[])]))].sort()
}

/** People in one statement. */
const AT_ONCE = 500

export async function erasePeople(run: {
  readonly env: Env
  readonly sync: SyncRow
  readonly port: WarehousePort
  readonly tables: readonly WantedTable[]
  readonly now: number
}): Promise<Loaded> {
  const { env, sync, port, tables, now } = run
  // A warehouse that was away for long has to hear of everybody since its last whole run.
  const since = Math.min(now, sync.ended_at ?? 0) - WATCHED_MS
  const ids = await erasedSince(env, sync.workspace, since)
  let rows = 0
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = ids.slice(i, i + AT_ONCE)
    const erased = await port.erase(
      tables,
      some,
      `erase//${sync.id}.${sync.epoch}/${sync.started_at ?? 0}-${contentHash(some.join(',')).slice(0, 16)}`,
    )
    if (erased === 'pending') return erased
    rows += erased.rows
  }
  return { rows }
}
