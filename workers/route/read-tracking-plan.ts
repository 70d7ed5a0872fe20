import { readTrackingPlan } from '../../shared/contract/read-tracking-plan.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_PLAN, planDocument, planRow } from './tracking-plan-row.ts'

export const readTrackingPlanRoute = serve(readTrackingPlan, async ({ params: { planId } }, call) => {
  const row = await planRow(call, planId)
  return row ? ok(planDocument(row)) : err(NO_PLAN)
})
