import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MappingDocument } from './mapping-document.ts'

export const listMappings = defineContract({
  name: 'listMappings',
  method: 'get',
  path: '/api/v1/mappings',
  group: 'Operations',
  scope: 'imports:read',
  masking: 'settings',
  summary: 'The saved mappings of the workspace, by name',
  reply: z.object({ mappings: z.array(MappingDocument) }),
  failures: [],
})
