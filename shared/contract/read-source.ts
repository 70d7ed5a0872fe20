import { defineContract } from './contract.ts'
import { SourceDocument, SourceReference } from './source-document.ts'

export const readSource = defineContract({
  name: 'readSource',
  method: 'get',
  path: '/api/v1/sources/{sourceId}',
  group: 'Operations',
  scope: 'sources:read',
  masking: 'settings',
  summary: 'A source',
  params: SourceReference,
  reply: SourceDocument,
  failures: ['not_found'],
})
