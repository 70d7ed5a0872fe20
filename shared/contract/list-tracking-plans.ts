import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { TrackingPlanDocument } from './tracking-plan-document.ts'

export const listTrackingPlans = defineContract({
  name: 'listTrackingPlans',
  method: 'get',
  path: '/api/v1/tracking-plans',
  group: 'Operations',
  scope: 'tracking-plans:read',
  masking: 'settings',
  summary: 'The tracking plans of the workspace, oldest first',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ trackingPlans: z.array(TrackingPlanDocument), cursor: z.string().nullable() }),
  failures: [],
})
