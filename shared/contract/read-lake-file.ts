import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readLakeFile = defineContract({
  name: 'readLakeFile',
  method: 'get',
  path: '/api/v1/lake/files/{key}',
  group: 'Operations',
  scope: 'lake:export',
  masking: 'refused',
  summary: 'A file of the lake, by its key (URL-encoded)',
  description:
    'Parquet of silver and gold and the manifests as they are. An object of bronze holds the lines of everybody: the answer ' +
    'is the lines of the own workspace, as gzip of NDJSON. Files of others are not there.',
  params: z.object({ key: z.string().max(1_000) }),
  reply: z.string(),
  media: 'application/octet-stream',
  failures: ['not_found'],
})
