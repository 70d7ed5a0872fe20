import { z } from 'zod'
import { defineContract } from './contract.ts'
import { PlanReference } from './tracking-plan-document.ts'

export const deleteTrackingPlan = defineContract({
  name: 'deleteTrackingPlan',
  method: 'delete',
  path: '/api/v1/tracking-plans/{planId}',
  group: 'Operations',
  scope: 'tracking-plans:write',
  summary: 'Delete a tracking plan, and what was counted of it',
  description: 'Its versions stay readable.',
  params: PlanReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
