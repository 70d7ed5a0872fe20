import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ModelReference } from './model-document.ts'

export const deleteModel = defineContract({
  name: 'deleteModel',
  method: 'delete',
  path: '/api/v1/models/{modelId}',
  group: 'Operations',
  scope: 'models:write',
  summary: 'Delete a model, its secrets, and what is known of its rows',
  description: 'What was told stays told.',
  params: ModelReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
