import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { JOB_STATES, JobDocument } from './read-job.ts'

export const listJobs = defineContract({
  name: 'listJobs',
  method: 'get',
  path: '/api/v1/jobs',
  group: 'Operations',
  scope: 'jobs:read',
  summary: 'The jobs of the workspace, newest first',
  query: z.object({
    kind: z.string().min(1).max(100).optional(),
    state: z.enum(JOB_STATES).optional(),
    cursor: CursorParameter,
    limit: LimitParameter,
  }),
  reply: z.object({ jobs: z.array(JobDocument), cursor: z.string().nullable() }),
  failures: [],
})
