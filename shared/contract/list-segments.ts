import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { SegmentDocument } from './segment-document.ts'

export const listSegments = defineContract({
  name: 'listSegments',
  method: 'get',
  path: '/api/v1/segments',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'settings',
  summary: 'The segments of the workspace, by key',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ segments: z.array(SegmentDocument), cursor: z.string().nullable() }),
  failures: [],
})
