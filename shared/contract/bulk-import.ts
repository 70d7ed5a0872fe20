import { z } from 'zod'
import { IMPORT_TYPES } from '../import/import-type.ts'
import { defineContract } from './contract.ts'

export const bulkImport = defineContract({
  name: 'bulkImport',
  method: 'post',
  path: '/v1/bulk/import',
  group: 'Ingestion',
  scope: 'write key',
  summary: 'Import a file of events: NDJSON, CSV or a JSON array, up to 100 MB, streamed',
  description:
    'The body is the file, its kind stands in Content-Type. Without a mapping the columns of CSV are the names of fields, ' +
    'dots nest: `type,userId,event,timestamp,messageId,properties.total,traits.plan`. The same file again, read in the ' +
    'same way, answers the job that is there. Takes an API token with `imports:write`, too; then `source` says for whom.',
  query: z.object({
    mapping: z.string().min(1).max(100).optional().meta({ description: 'Name of a saved mapping' }),
    connector: z.string().min(1).max(100).optional().meta({ description: 'Name of a batch connector' }),
    source: z.string().min(1).max(100).optional().meta({ description: 'Only with an API token; its own by default' }),
    again: z.enum(['1', 'true', '0', 'false']).optional().meta({ description: '1: import a known file once more' }),
  }),
  files: IMPORT_TYPES,
  reply: z.object({
    jobId: z.string(),
    isNew: z.boolean().meta({ description: 'False: this file was imported before, and this is its job' }),
  }),
  status: 202,
  failures: ['too_large', 'unsupported_media_type', 'unprocessable', 'forbidden', 'rate_limited'],
})
