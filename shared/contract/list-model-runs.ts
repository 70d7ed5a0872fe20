import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ModelReference, ModelRunDocument } from './model-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listModelRuns = defineContract({
  name: 'listModelRuns',
  method: 'get',
  path: '/api/v1/models/{modelId}/runs',
  group: 'Operations',
  scope: 'models:read',
  summary: 'What came of the runs of a model, newest first',
  params: ModelReference,
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ runs: z.array(ModelRunDocument), cursor: z.string().nullable() }),
  failures: ['not_found'],
})
