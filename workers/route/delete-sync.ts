import { deleteSync } from '../../shared/contract/delete-sync.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_SYNC } from './sync-documents.ts'

/** The row goes, and with it the secrets; a run that is under way ends at its next step. */
export const deleteSyncRoute = serve(deleteSync, async ({ params: { syncId } }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('DELETE FROM syncs WHERE workspace = ? AND id = ? RETURNING id').bind(workspace, syncId),
    auditIfChanged(call, 'deleteSync', { syncId }),
    env.DB.prepare(
      'DELETE FROM sync_slices WHERE workspace = ?1 AND sync = ?2 AND NOT EXISTS (SELECT 1 FROM syncs WHERE workspace = ?1 AND id = ?2)',
    ).bind(workspace, syncId),
  ])
  return deleted?.results[0] ? ok(null) : err(NO_SYNC)
})
