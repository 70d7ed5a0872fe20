import { defineContract } from './contract.ts'
import { ExpectationDocument, ExpectationReference } from './expectation-document.ts'

export const readExpectation = defineContract({
  name: 'readExpectation',
  method: 'get',
  path: '/api/v1/quality/expectations/{expectationId}',
  group: 'Operations',
  scope: 'quality:read',
  masking: 'settings',
  summary: 'One expectation',
  params: ExpectationReference,
  reply: ExpectationDocument,
  failures: ['not_found'],
})
