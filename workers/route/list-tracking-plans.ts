import { listTrackingPlans } from '../../shared/contract/list-tracking-plans.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { pageOf } from './page.ts'
import { PLAN_COLUMNS, planDocument, type TrackingPlanRow } from './tracking-plan-row.ts'

export const listTrackingPlansRoute = serve(listTrackingPlans, async ({ query: { cursor, limit } }, call) => {
  const { results } = await call.env.DB.prepare(
    `SELECT ${PLAN_COLUMNS} FROM tracking_plans WHERE workspace = ?1
       AND (?2 IS NULL OR (created_at, id) > (?2, ?3)) ORDER BY created_at, id LIMIT ?4`,
  )
    .bind(call.workspace, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<TrackingPlanRow>()
  const page = pageOf(results, limit)
  return ok({ trackingPlans: page.shown.map(planDocument), cursor: page.cursor })
})
