import { defineContract } from './contract.ts'
import { MappingDocument, MappingReference } from './mapping-document.ts'

export const readMapping = defineContract({
  name: 'readMapping',
  method: 'get',
  path: '/api/v1/mappings/{name}',
  group: 'Operations',
  scope: 'imports:read',
  masking: 'settings',
  summary: 'One saved mapping',
  params: MappingReference,
  reply: MappingDocument,
  failures: ['not_found'],
})
