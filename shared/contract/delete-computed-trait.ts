import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'

export const deleteComputedTrait = defineContract({
  name: 'deleteComputedTrait',
  method: 'delete',
  path: '/api/v1/computed-traits/{key}',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Delete a computed trait',
  description: 'Refused, naming the readers, while a segment reads it. Its versions stay readable.',
  params: DefinitionReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found', 'conflict'],
})
