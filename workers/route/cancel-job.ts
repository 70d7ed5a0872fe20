import { type JobRow, jobRow } from '../../platform/jobs.ts'
import { cancelJob } from '../../shared/contract/cancel-job.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { jobDocument, NO_JOB } from './job-row.ts'

/** Raising the turn takes the job from whoever is at work: his step ends, and its record is refused. */
export const cancelJobRoute = serve(cancelJob, async ({ params }, call) => {
  const { env, workspace, now } = call
  const [cancelled] = await env.DB.batch<JobRow>([
    env.DB.prepare(
      `UPDATE jobs SET state = 'cancelled', turn = turn + 1, lease_until = 0, updated_at = ?
       WHERE workspace = ? AND id = ? AND state IN ('queued', 'running') RETURNING *`,
    ).bind(now, workspace, params.jobId),
    auditIfChanged(call, 'cancelJob', params),
  ])
  const row = cancelled?.results[0] ?? (await jobRow(env, workspace, params.jobId))
  if (!row) return err(NO_JOB)
  if (row.state !== 'cancelled') return err(failure('conflict', `the job is already ${row.state}`))
  return ok(jobDocument(row))
})
