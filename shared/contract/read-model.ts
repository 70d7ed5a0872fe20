import { defineContract } from './contract.ts'
import { ModelDocument, ModelReference } from './model-document.ts'

export const readModel = defineContract({
  name: 'readModel',
  method: 'get',
  path: '/api/v1/models/{modelId}',
  group: 'Operations',
  scope: 'models:read',
  masking: 'settings',
  summary: 'One model',
  params: ModelReference,
  reply: ModelDocument,
  failures: ['not_found'],
})
