import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'

export const deleteSegment = defineContract({
  name: 'deleteSegment',
  method: 'delete',
  path: '/api/v1/segments/{key}',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Delete a segment',
  description: 'Refused, naming the readers, while something reads it. Its versions stay readable.',
  params: DefinitionReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found', 'conflict'],
})
