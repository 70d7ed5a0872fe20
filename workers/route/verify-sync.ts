import { beginVerify } from '../../platform/sync-runs.ts'
import { verifySync } from '../../shared/contract/verify-sync.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { NO_SYNC, syncRow } from './sync-documents.ts'

export const verifySyncRoute = serve(verifySync, async ({ params: { syncId } }, call) => {
  const { env, workspace, now } = call
  if (!(await syncRow(call, syncId))) return err(NO_SYNC)
  await auditStatement(call, 'verifySync', { syncId }).run()
  const { jobId } = await beginVerify(env, workspace, syncId, now)
  return ok({ jobId })
})
