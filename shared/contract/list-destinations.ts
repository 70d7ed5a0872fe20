import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DestinationDocument, DestinationTypeName } from './destination-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listDestinations = defineContract({
  name: 'listDestinations',
  method: 'get',
  path: '/api/v1/destinations',
  group: 'Operations',
  scope: 'destinations:read',
  masking: 'settings',
  summary: 'The destinations of the workspace, oldest first',
  query: z.object({ type: DestinationTypeName.optional(), cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ destinations: z.array(DestinationDocument), cursor: z.string().nullable() }),
  failures: [],
})
