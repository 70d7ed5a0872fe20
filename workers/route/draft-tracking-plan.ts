import { startJob } from '../../platform/jobs.ts'
import { newPlanId } from '../../platform/new-workspace.ts'
import type { DraftInput } from '../../queues/draft-plan.ts'
import { draftTrackingPlan } from '../../shared/contract/draft-tracking-plan.ts'
import { DAY } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { checkPlanRules } from './check-plan-rules.ts'

export const draftTrackingPlanRoute = serve(draftTrackingPlan, async ({ body }, call) => {
  const { env, workspace, tokenId, now } = call
  const { name, sources } = body
  const rules = await checkPlanRules(call, { mode: 'observe', unplanned: 'allow', sources, events: [] })
  if (!rules.ok) return rules
  const to = body.to ?? now
  const from = body.from ?? to - 7 * DAY
  const planId = newPlanId()
  const input: DraftInput = { from, to, name, planId, tokenId, ...(sources ? { sources: [...sources] } : {}) }
  const audit = auditStatement(call, 'draftTrackingPlan', { planId, name, from, to, sources: sources ?? null })
  const job = { workspace, kind: 'draft-tracking-plan', input: JSON.parse(JSON.stringify(input)) }
  const { jobId } = await startJob(env, job, now, [audit])
  return ok({ jobId, planId })
})
