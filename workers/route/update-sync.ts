import { keptSettings, settingsOf } from '../../platform/destination-settings.ts'
import { type SyncRow, syncConfigOf } from '../../platform/sync-row.ts'
import { updateSync } from '../../shared/contract/update-sync.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { warehouseType } from '../../shared/warehouse/index.ts'
import type { WarehouseType } from '../../shared/warehouse/warehouse.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { changedSettings } from './check-destination.ts'
import { checkSyncSettings } from './check-sync.ts'
import { withoutSecretSettings } from './destination-audit.ts'
import { lakeNow, NO_SYNC, syncDocument, syncRow } from './sync-documents.ts'

/** Sealed settings are changed by opening them, so two changes at once could undo one another: the version tells. */
export const updateSyncRoute = serve(updateSync, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const row = await syncRow(call, params.syncId)
  if (!row) return err(NO_SYNC)
  if (body.type !== undefined && body.type !== row.type) return err(ANOTHER_TYPE)
  const before = syncConfigOf(row)
  const type = warehouseType(row.type) as WarehouseType
  const changed = changedSettings(type, settingsOf(env.IDENTITY_SECRET, before), body.settings ?? {})
  if (!changed.ok) return changed
  const settings = checkSyncSettings(call, type, changed.value)
  if (!settings.ok) return settings
  const kept = keptSettings(env.IDENTITY_SECRET, before, type, settings.value)
  const tables = body.tables === undefined ? before.tables : body.tables
  // Somewhere else nothing is known yet: all of it is brought over, under other batch ids.
  const isElsewhere = !sameSettings(kept.open, row.settings)
  const { id: _, version: __, createdAt: ___, updatedAt: ____, status: _____, ...named } = body
  const [updated] = await env.DB.batch<SyncRow>([
    env.DB.prepare(
      `UPDATE syncs SET name = ?, enabled = ?, tables = ?, schedule = ?, settings = ?, sealed = ?, version = version + 1,
         epoch = epoch + ?, updated_at = ? WHERE workspace = ? AND id = ? AND version = ? RETURNING *`,
    ).bind(
      body.name ?? row.name,
      Number(body.enabled ?? before.enabled),
      tables === null ? null : JSON.stringify(tables),
      body.schedule ?? row.schedule,
      kept.open,
      kept.sealed,
      Number(isElsewhere),
      now,
      workspace,
      row.id,
      row.version,
    ),
    auditIfChanged(call, 'updateSync', { ...withoutSecretSettings(type, named), id: row.id }),
  ])
  const after = updated?.results[0]
  if (!after) return err(CHANGED_MEANWHILE)
  if (isElsewhere)
    await env.DB.prepare('DELETE FROM sync_slices WHERE workspace = ? AND sync = ?').bind(workspace, row.id).run()
  return ok(await syncDocument(call, after, await lakeNow(call)))
})

function sameSettings(a: string, b: string): boolean {
  const sorted = (text: string) => JSON.stringify(Object.entries(JSON.parse(text) as object).sort())
  return sorted(a) === sorted(b)
}

const CHANGED_MEANWHILE = failure('conflict', 'somebody else changed or deleted this sync at the same moment')
const ANOTHER_TYPE = failure('unprocessable', 'the type of a sync stays: make another sync', [
  { path: 'type', message: 'stays as it is' },
])
