import { z } from 'zod'
import { ComputedTraitDocument } from './computed-trait-document.ts'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listComputedTraits = defineContract({
  name: 'listComputedTraits',
  method: 'get',
  path: '/api/v1/computed-traits',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'settings',
  summary: 'The computed traits of the workspace, by key',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ computedTraits: z.array(ComputedTraitDocument), cursor: z.string().nullable() }),
  failures: [],
})
