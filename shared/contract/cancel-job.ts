import { defineContract } from './contract.ts'
import { JobDocument, JobReference } from './read-job.ts'

export const cancelJob = defineContract({
  name: 'cancelJob',
  method: 'post',
  path: '/api/v1/jobs/{jobId}/cancel',
  group: 'Operations',
  scope: 'jobs:write',
  summary: 'Stop a job',
  description: 'It ends after the step that is running; what was done stays done. Cancelling again changes nothing.',
  params: JobReference,
  reply: JobDocument,
  failures: ['not_found', 'conflict'],
})
