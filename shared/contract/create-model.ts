import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ModelDocument, ModelFields, ModelName, ModelSourceBody } from './model-document.ts'

export const createModel = defineContract({
  name: 'createModel',
  method: 'post',
  path: '/api/v1/models',
  group: 'Operations',
  scope: 'models:write',
  summary: 'Make a model: a query over a warehouse whose rows become events',
  description: 'Secret settings are encrypted and never read back. Addresses must be public.',
  body: z.strictObject({
    name: ModelName,
    source: ModelSourceBody,
    ...ModelFields,
    enabled: z.boolean().default(true),
  }),
  reply: ModelDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
