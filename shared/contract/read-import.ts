import { z } from 'zod'
import { defineContract } from './contract.ts'
import { JOB_STATES, JobReference } from './read-job.ts'

export const ImportDocument = z
  .object({
    jobId: z.string(),
    state: z.enum(JOB_STATES),
    rows: z.int().meta({ description: 'Rows read so far; a header and empty lines are none' }),
    accepted: z.int().meta({ description: 'Rows that went on as events' }),
    rejected: z.int(),
    skipped: z.int().meta({ description: 'Rows that a connector takes for no event' }),
    errorsUrl: z
      .string()
      .nullable()
      .meta({ description: 'CSV of what was rejected: row, column, code, message, line; null while there is nothing' }),
    bytes: z.object({ read: z.int(), total: z.int() }).meta({ description: 'How far the file was read' }),
    reason: z.string().nullable().meta({ description: 'Why it failed, or why its last step did' }),
    createdAt: z.string().meta({ format: 'date-time' }),
    updatedAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Import' })
export type ImportDocument = z.output<typeof ImportDocument>

export const readImport = defineContract({
  name: 'readImport',
  method: 'get',
  path: '/api/v1/imports/{jobId}',
  group: 'Operations',
  scope: 'imports:read',
  summary: 'How far an import is, and how many rows were accepted and rejected',
  params: JobReference,
  reply: ImportDocument,
  failures: ['not_found'],
})
