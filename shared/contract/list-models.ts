import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ModelDocument } from './model-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listModels = defineContract({
  name: 'listModels',
  method: 'get',
  path: '/api/v1/models',
  group: 'Operations',
  scope: 'models:read',
  masking: 'settings',
  summary: 'The models of the workspace, oldest first',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ models: z.array(ModelDocument), cursor: z.string().nullable() }),
  failures: [],
})
