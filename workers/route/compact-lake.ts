import { startJob } from '../../platform/jobs.ts'
import { compactLake } from '../../shared/contract/compact-lake.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'

export const compactLakeRoute = serve(compactLake, async (_, call) => {
  const { env, workspace, now } = call
  const open = await env.DB.prepare(
    `SELECT id FROM jobs WHERE workspace = ? AND kind = 'compact-lake' AND state = 'queued' AND attempts = 0 AND turn = 0
     ORDER BY id LIMIT 1`,
  )
    .bind(workspace)
    .first<{ id: string }>()
  // One that was not begun yet takes everything that is there by then.
  if (open) return ok({ jobId: open.id })
  const audit = auditStatement(call, 'compactLake', {})
  const { jobId } = await startJob(env, { workspace, kind: 'compact-lake', input: { gold: true } }, now, [audit])
  return ok({ jobId })
})
