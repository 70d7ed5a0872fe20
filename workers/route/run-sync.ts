import { beginSync, jobOf, runJobId } from '../../platform/sync-runs.ts'
import { runSync } from '../../shared/contract/run-sync.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { NO_SYNC, syncRow } from './sync-documents.ts'

export const runSyncRoute = serve(runSync, async ({ params: { syncId }, body: { full } }, call) => {
  const { env, workspace, now } = call
  const row = await syncRow(call, syncId)
  if (!row) return err(NO_SYNC)
  if (row.enabled !== 1) return err(failure('unprocessable', 'the sync is disabled'))
  const job = await jobOf(env, workspace, runJobId(syncId))
  const isUnderWay = job?.state === 'queued' || job?.state === 'running'
  if (full && isUnderWay) return err(failure('conflict', `a run is under way: job ${job.id}`))
  await env.DB.batch([
    auditStatement(call, 'runSync', { syncId, full }),
    ...(full
      ? [
          env.DB.prepare('UPDATE syncs SET epoch = epoch + 1, generation = NULL WHERE workspace = ? AND id = ?').bind(
            workspace,
            syncId,
          ),
          env.DB.prepare('DELETE FROM sync_slices WHERE workspace = ? AND sync = ?').bind(workspace, syncId),
        ]
      : []),
  ])
  const { jobId } = await beginSync(env, workspace, syncId, now)
  return ok({ jobId })
})
