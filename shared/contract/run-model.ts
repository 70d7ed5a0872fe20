import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ModelReference } from './model-document.ts'

export const runModel = defineContract({
  name: 'runModel',
  method: 'post',
  path: '/api/v1/models/{modelId}/run',
  group: 'Operations',
  scope: 'models:write',
  summary: 'Run a model now; with `dryRun`, tell nobody',
  description: 'A job. While one is under way, asking again answers that one.',
  params: ModelReference,
  query: z.object({
    dryRun: z
      .enum(['1', 'true', '0', 'false'])
      .optional()
      .meta({ description: 'Read and compare, tell nobody, and forget what was read' }),
    upload: z
      .string()
      .regex(/^[\w-]{1,64}$/, 'must be letters, digits, _ and -')
      .optional()
      .meta({ description: 'Of a model of the lake: rows that were sent before' }),
  }),
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['not_found', 'unprocessable'],
})
