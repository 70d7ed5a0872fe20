import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { TransformationDocument } from './transformation-document.ts'

export const listTransformations = defineContract({
  name: 'listTransformations',
  method: 'get',
  path: '/api/v1/transformations',
  group: 'Operations',
  scope: 'transformations:read',
  masking: 'settings',
  summary: 'The transformations of the workspace, in the order in which they run',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ transformations: z.array(TransformationDocument), cursor: z.string().nullable() }),
  failures: [],
})
