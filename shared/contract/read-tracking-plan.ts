import { defineContract } from './contract.ts'
import { PlanReference, TrackingPlanDocument } from './tracking-plan-document.ts'

export const readTrackingPlan = defineContract({
  name: 'readTrackingPlan',
  method: 'get',
  path: '/api/v1/tracking-plans/{planId}',
  group: 'Operations',
  scope: 'tracking-plans:read',
  masking: 'settings',
  summary: 'Read one tracking plan',
  params: PlanReference,
  reply: TrackingPlanDocument,
  failures: ['not_found'],
})
