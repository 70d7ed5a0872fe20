import { listTrackingPlanVersions } from '../../shared/contract/list-tracking-plan-versions.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { actorName } from './actor-name.ts'
import { NO_PLAN, planRules } from './tracking-plan-row.ts'

interface VersionRow {
  readonly version: number
  readonly name: string
  readonly document: string
  readonly actor: string
  readonly actor_name: string | null
  readonly created_at: number
}

export const listTrackingPlanVersionsRoute = serve(listTrackingPlanVersions, async ({ params, query }, call) => {
  const { results } = await call.env.DB.prepare(
    `SELECT version, name, document, actor, ${actorName('tracking_plan_versions')} AS actor_name, created_at
     FROM tracking_plan_versions WHERE workspace = ? AND plan = ? AND version < ? ORDER BY version DESC LIMIT ?`,
  )
    .bind(call.workspace, params.planId, query.cursor?.at ?? Number.MAX_SAFE_INTEGER, query.limit + 1)
    .all<VersionRow>()
  if (results.length === 0 && !query.cursor) return err(NO_PLAN)
  const shown = results.slice(0, query.limit)
  const last = shown.at(-1)
  return ok({
    versions: shown.map((row) => {
      const { version, name, actor, actor_name, created_at } = row
      return { ...planRules(row), version, name, actor, actorName: actor_name, at: toIso(created_at) }
    }),
    cursor: last && results.length > query.limit ? encodeCursor({ at: last.version, id: params.planId }) : null,
  })
})
