import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SourceReference } from './source-document.ts'

export const deleteSource = defineContract({
  name: 'deleteSource',
  method: 'delete',
  path: '/api/v1/sources/{sourceId}',
  group: 'Operations',
  scope: 'sources:write',
  summary: 'Delete a source',
  description:
    'Its keys stop within 5 seconds. What it sent stays; what is still in a queue is dropped as `source_disabled`.',
  params: SourceReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
