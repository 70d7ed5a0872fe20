import { planStub } from '../../platform/stubs.ts'
import { deleteTrackingPlan } from '../../shared/contract/delete-tracking-plan.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_PLAN, planInForce } from './tracking-plan-row.ts'

export const deleteTrackingPlanRoute = serve(deleteTrackingPlan, async ({ params: { planId } }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('DELETE FROM tracking_plans WHERE workspace = ? AND id = ? RETURNING id').bind(workspace, planId),
    auditIfChanged(call, 'deleteTrackingPlan', { id: planId }),
  ])
  if (!deleted?.results[0]) return err(NO_PLAN)
  await planInForce(call, planId, 0)
  await planStub(env, workspace).forget(planId)
  return ok(null)
})
