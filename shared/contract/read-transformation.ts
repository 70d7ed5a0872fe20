import { defineContract } from './contract.ts'
import { TransformationDocument, TransformationReference } from './transformation-document.ts'

export const readTransformation = defineContract({
  name: 'readTransformation',
  method: 'get',
  path: '/api/v1/transformations/{transformationId}',
  group: 'Operations',
  scope: 'transformations:read',
  masking: 'settings',
  summary: 'A transformation',
  params: TransformationReference,
  reply: TransformationDocument,
  failures: ['not_found'],
})
