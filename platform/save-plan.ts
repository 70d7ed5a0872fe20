import { type Failure, failure } from '../shared/kernel/failure.ts'
import { err, ok, type Result } from '../shared/kernel/result.ts'
import type { TrackingPlanDocument } from '../shared/tracking-plan/tracking-plan.ts'
import { type Actor, auditIfChanged } from './audit.ts'

export interface NewPlan {
  readonly id: string
  readonly name: string
  readonly rules: TrackingPlanDocument
}

/** Every isolate holds all plans of a workspace, so there are bounds to them together. */
const MOST_PLANS = 50
const MOST_CHARS = 4_000_000

/** Saves a new plan with its first version and the line in the audit log; one whose id is there stays as it is. */
export async function insertPlan(
  actor: Actor,
  { id, name, rules }: NewPlan,
  act: string,
): Promise<Result<undefined, Failure>> {
  const { env, workspace, now } = actor
  const known = await env.DB.prepare('SELECT id FROM tracking_plans WHERE workspace = ? AND id = ?')
    .bind(workspace, id)
    .first()
  if (known) return ok(undefined)
  const [inserted] = await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO tracking_plans (workspace, id, name, document, created_at, updated_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?5 WHERE (SELECT count(*) < ?6 AND coalesce(sum(length(document)), 0) + length(?4) <= ?7
         FROM tracking_plans WHERE workspace = ?1)`,
    ).bind(workspace, id, name, JSON.stringify(rules), now, MOST_PLANS, MOST_CHARS),
    recordPlanVersion(actor, id),
    auditIfChanged(actor, act, planSummary(id, name, rules)),
  ])
  if (inserted?.meta.changes === 0) return err(TOO_MANY)
  return ok(undefined)
}

const TOO_MANY = failure(
  'conflict',
  `a workspace has at most ${MOST_PLANS} tracking plans of ${MOST_CHARS} characters together: delete one first`,
)

/** The row of a version, for the batch of the change that made it, right after it. */
export function recordPlanVersion({ env, workspace, tokenId, now }: Actor, id: string): D1PreparedStatement {
  return env.DB.prepare(
    `INSERT INTO tracking_plan_versions (workspace, plan, version, name, document, actor, created_at)
     SELECT workspace, id, version, name, document, ?1, ?2 FROM tracking_plans
     WHERE workspace = ?3 AND id = ?4 AND changes() > 0`,
  ).bind(tokenId, now, workspace, id)
}

/** For the audit log: the plan itself stands among its versions. */
export function planSummary(id: string, name: string, { mode, unplanned, sources, events }: TrackingPlanDocument) {
  return { id, name, mode, unplanned, sources: sources ?? null, events: events.length }
}
