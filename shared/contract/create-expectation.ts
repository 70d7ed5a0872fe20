import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  ColumnName,
  ExpectationDocument,
  ExpectationKindName,
  ExpectationParams,
  QualityBorder,
  QualityTableName,
  SeverityName,
} from './expectation-document.ts'

export const createExpectation = defineContract({
  name: 'createExpectation',
  method: 'post',
  path: '/api/v1/quality/expectations',
  group: 'Operations',
  scope: 'quality:write',
  summary: 'Say what is expected of the data of a table',
  description:
    'What is already in a layer is not looked at again; what is held is. The border follows from the table and the kind ' +
    'when it is not said.',
  body: z.strictObject({
    border: QualityBorder.optional(),
    table: QualityTableName,
    column: ColumnName.nullish(),
    kind: ExpectationKindName,
    params: ExpectationParams.default({}),
    severity: SeverityName.default('warn'),
    enabled: z.boolean().default(true),
  }),
  reply: ExpectationDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
