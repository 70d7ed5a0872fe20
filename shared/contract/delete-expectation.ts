import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ExpectationReference } from './expectation-document.ts'

export const deleteExpectation = defineContract({
  name: 'deleteExpectation',
  method: 'delete',
  path: '/api/v1/quality/expectations/{expectationId}',
  group: 'Operations',
  scope: 'quality:write',
  summary: 'Take an expectation away; a default that was changed is as it came again',
  description: 'What is held is looked at again. A default that nobody changed stays: disable it instead.',
  params: ExpectationReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found', 'conflict'],
})
