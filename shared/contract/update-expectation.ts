import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  ColumnName,
  ExpectationDocument,
  ExpectationKindName,
  ExpectationParams,
  ExpectationReference,
  QualityBorder,
  QualityTableName,
  SeverityName,
} from './expectation-document.ts'

/** What it shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updateExpectation = defineContract({
  name: 'updateExpectation',
  method: 'put',
  path: '/api/v1/quality/expectations/{expectationId}',
  group: 'Operations',
  scope: 'quality:write',
  summary: 'Change an expectation, a default as well: its bounds, its severity, whether it is looked at',
  description: 'What is named changes and the rest stays. What is held is looked at again.',
  params: ExpectationReference,
  body: z.strictObject({
    border: QualityBorder.optional(),
    table: QualityTableName.optional(),
    column: ColumnName.nullish(),
    kind: ExpectationKindName.optional(),
    params: ExpectationParams.optional(),
    severity: SeverityName.optional(),
    enabled: z.boolean().optional(),
    id: Shown,
    default: Shown,
    createdAt: Shown,
    updatedAt: Shown,
  }),
  reply: ExpectationDocument,
  failures: ['not_found', 'unprocessable'],
})
