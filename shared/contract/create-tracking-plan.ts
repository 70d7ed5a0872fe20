import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  PlanEvents,
  PlanMode,
  PlanName,
  PlanSources,
  TrackingPlanDocument,
  Unplanned,
} from './tracking-plan-document.ts'

export const createTrackingPlan = defineContract({
  name: 'createTrackingPlan',
  method: 'post',
  path: '/api/v1/tracking-plans',
  group: 'Operations',
  scope: 'tracking-plans:write',
  summary: 'Make a tracking plan: what events are expected, and what becomes of others',
  description:
    'Everywhere within 5 seconds, for what arrives then. `block` gives the outcome `rejected` with reason `plan:<kind>`, ' +
    '`quarantine` a dead letter of stage `plan`: both are kept and can be sent again. `omit` takes away what is wrong, `allow` ' +
    'notes it in the trace. Schemas must not lead outside of themselves, and their patterns not backtrack.',
  body: z.strictObject({
    name: PlanName,
    mode: PlanMode.default('observe'),
    sources: PlanSources.nullish(),
    events: PlanEvents,
    unplanned: Unplanned.default('allow'),
  }),
  reply: TrackingPlanDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
