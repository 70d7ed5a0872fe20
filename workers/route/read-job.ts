import { jobRow } from '../../platform/jobs.ts'
import { readJob } from '../../shared/contract/read-job.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { jobDocument, NO_JOB } from './job-row.ts'

export const readJobRoute = serve(readJob, async ({ params }, { env, workspace }) => {
  const row = await jobRow(env, workspace, params.jobId)
  return row ? ok(jobDocument(row)) : err(NO_JOB)
})
