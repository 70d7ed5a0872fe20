import { z } from 'zod'
import { defineContract } from './contract.ts'
import { TransformationReference } from './transformation-document.ts'

export const deleteTransformation = defineContract({
  name: 'deleteTransformation',
  method: 'delete',
  path: '/api/v1/transformations/{transformationId}',
  group: 'Operations',
  scope: 'transformations:write',
  summary: 'Delete a transformation',
  description: 'What arrives from then on, everywhere within 5 seconds, goes by without it.',
  params: TransformationReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
