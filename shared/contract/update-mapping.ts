import { Mapping } from '../import/mapping.ts'
import { defineContract } from './contract.ts'
import { MappingDocument, MappingReference } from './mapping-document.ts'

export const updateMapping = defineContract({
  name: 'updateMapping',
  method: 'put',
  path: '/api/v1/mappings/{name}',
  group: 'Operations',
  scope: 'imports:write',
  summary: 'Replace a saved mapping',
  description:
    'Imports that have begun keep the mapping they began with. A `name` in the body that differs renames it.',
  params: MappingReference,
  body: Mapping.partial({ name: true }),
  reply: MappingDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
