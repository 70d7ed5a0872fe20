import { z } from 'zod'
import { defineContract } from './contract.ts'
import { JobReference } from './read-job.ts'

export const readImportErrors = defineContract({
  name: 'readImportErrors',
  method: 'get',
  path: '/api/v1/imports/{jobId}/errors',
  group: 'Operations',
  scope: 'imports:read',
  masking: 'refused',
  summary: 'The rows that were rejected, as CSV: row, column, code, message, line',
  description:
    'Names columns and says what is wrong; never what stands in the file. The first 100,000 rows are listed.',
  params: JobReference,
  reply: z.string(),
  media: 'text/csv; charset=utf-8',
  failures: ['not_found'],
})
