import { newPlanId } from '../../platform/new-workspace.ts'
import { insertPlan } from '../../platform/save-plan.ts'
import { createTrackingPlan } from '../../shared/contract/create-tracking-plan.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { checkPlanRules } from './check-plan-rules.ts'
import { NO_PLAN, planDocument, planInForce, planRow } from './tracking-plan-row.ts'

export const createTrackingPlanRoute = serve(createTrackingPlan, async ({ body }, call) => {
  const rules = await checkPlanRules(call, body)
  if (!rules.ok) return rules
  const id = newPlanId()
  const saved = await insertPlan(call, { id, name: body.name, rules: rules.value }, 'createTrackingPlan')
  if (!saved.ok) return saved
  await planInForce(call, id, 1)
  const row = await planRow(call, id)
  return row ? ok(planDocument(row)) : err(NO_PLAN)
})
