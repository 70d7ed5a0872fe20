import { planSummary, recordPlanVersion } from '../../platform/save-plan.ts'
import { updateTrackingPlan } from '../../shared/contract/update-tracking-plan.ts'
import { canonicalJson } from '../../shared/kernel/canonical-json.ts'
import { failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkPlanRules } from './check-plan-rules.ts'
import {
  NO_PLAN,
  PLAN_COLUMNS,
  planDocument,
  planInForce,
  planRow,
  planRules,
  type TrackingPlanRow,
} from './tracking-plan-row.ts'

/** What is not named is taken from the row as it was read, so the version tells whether it still is so. */
export const updateTrackingPlanRoute = serve(updateTrackingPlan, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const row = await planRow(call, params.planId)
  if (!row) return err(NO_PLAN)
  const before = planRules(row)
  const rules = await checkPlanRules(call, {
    mode: body.mode ?? before.mode,
    unplanned: body.unplanned ?? before.unplanned,
    sources: body.sources === undefined ? before.sources : body.sources,
    events: body.events ?? before.events,
  })
  if (!rules.ok) return rules
  const name = body.name ?? row.name
  if (name === row.name && isSame(rules.value, before)) return ok(planDocument(row))
  const [updated] = await env.DB.batch<TrackingPlanRow>([
    env.DB.prepare(
      `UPDATE tracking_plans SET name = ?, document = ?, updated_at = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND version = ? RETURNING ${PLAN_COLUMNS}`,
    ).bind(name, JSON.stringify(rules.value), now, workspace, row.id, row.version),
    recordPlanVersion(call, row.id),
    auditIfChanged(call, 'updateTrackingPlan', planSummary(row.id, name, rules.value)),
  ])
  const after = updated?.results[0]
  if (!after) return err(CHANGED_MEANWHILE)
  await planInForce(call, after.id, after.version)
  return ok(planDocument(after))
})

function isSame(a: unknown, b: unknown): boolean {
  // Both came out of JSON, or are about to go into it.
  return canonicalJson(a as JsonValue) === canonicalJson(b as JsonValue)
}

const CHANGED_MEANWHILE = failure('conflict', 'somebody else changed or deleted this tracking plan at the same moment')
