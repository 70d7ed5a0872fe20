import { z } from 'zod'
import { isObject, type JsonObject } from '../kernel/json.ts'
import { defineContract } from './contract.ts'
import { ModelReference } from './model-document.ts'

export const putModelRows = defineContract({
  name: 'putModelRows',
  method: 'post',
  path: '/api/v1/models/{modelId}/rows',
  group: 'Operations',
  scope: 'models:write',
  summary: 'Lay down rows of a model of the lake, which its next run reads',
  description: 'A page of them, in the order of their keys as bytes of UTF-8. The command line does this.',
  params: ModelReference,
  body: z.strictObject({
    upload: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, _ and -'),
    page: z.int().min(0).max(99_999),
    rows: z
      .array(
        z.strictObject({
          key: z.string().min(1).max(1_000),
          row: z.custom<JsonObject>(isObject, 'must be an object').meta({ type: 'object' }),
        }),
      )
      .max(5_000),
  }),
  reply: z.object({ rows: z.int() }),
  failures: ['not_found', 'unprocessable'],
})
