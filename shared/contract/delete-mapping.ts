import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MappingReference } from './mapping-document.ts'

export const deleteMapping = defineContract({
  name: 'deleteMapping',
  method: 'delete',
  path: '/api/v1/mappings/{name}',
  group: 'Operations',
  scope: 'imports:write',
  summary: 'Forget a saved mapping',
  params: MappingReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
