import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ExpectationDocument, QualityBorder, QualityTableName } from './expectation-document.ts'

export const listExpectations = defineContract({
  name: 'listExpectations',
  method: 'get',
  path: '/api/v1/quality/expectations',
  group: 'Operations',
  scope: 'quality:read',
  masking: 'settings',
  summary: 'What is expected of the data: the defaults, and what the workspace said itself',
  query: z.object({ border: QualityBorder.optional(), table: QualityTableName.optional() }),
  reply: z.object({ expectations: z.array(ExpectationDocument) }),
  failures: [],
})
