import { keptSettings } from '../../platform/destination-settings.ts'
import { newSyncId } from '../../platform/new-workspace.ts'
import type { SyncRow } from '../../platform/sync-row.ts'
import { createSync } from '../../shared/contract/create-sync.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { warehouseType } from '../../shared/warehouse/index.ts'
import type { WarehouseType } from '../../shared/warehouse/warehouse.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkSyncSettings } from './check-sync.ts'
import { withoutSecretSettings } from './destination-audit.ts'
import { lakeNow, syncDocument } from './sync-documents.ts'

const MOST_SYNCS = 20

export const createSyncRoute = serve(createSync, async ({ body }, call) => {
  const { env, workspace, now } = call
  // The contract names the types of the very same list.
  const type = warehouseType(body.type) as WarehouseType
  const settings = checkSyncSettings(call, type, body.settings)
  if (!settings.ok) return settings
  const id = newSyncId()
  const kept = keptSettings(env.IDENTITY_SECRET, { id, workspace }, type, settings.value)
  const [inserted] = await env.DB.batch<SyncRow>([
    env.DB.prepare(
      `INSERT INTO syncs (id, workspace, type, name, enabled, tables, schedule, settings, sealed, created_at, updated_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10
       WHERE (SELECT count(*) FROM syncs WHERE workspace = ?2) < ?11 RETURNING *`,
    ).bind(
      id,
      workspace,
      body.type,
      body.name,
      Number(body.enabled),
      body.tables === null ? null : JSON.stringify(body.tables),
      body.schedule,
      kept.open,
      kept.sealed,
      now,
      MOST_SYNCS,
    ),
    auditIfChanged(call, 'createSync', { id, ...withoutSecretSettings(type, body) }),
  ])
  const row = inserted?.results[0]
  if (!row) return err(failure('conflict', `a workspace has at most ${MOST_SYNCS} syncs: delete one first`))
  return ok(await syncDocument(call, row, await lakeNow(call)))
})
