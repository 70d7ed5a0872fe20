import { ConfigStore } from '../../platform/config-store.ts'
import type { TrackingPlanDocument as Shown } from '../../shared/contract/tracking-plan-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { TrackingPlanDocument as Rules, TrackingPlan } from '../../shared/tracking-plan/tracking-plan.ts'
import type { Call } from '../http/serve.ts'

export interface TrackingPlanRow {
  readonly id: string
  readonly name: string
  /** JSON: everything but its name. */
  readonly document: string
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export const PLAN_COLUMNS = 'id, name, document, version, created_at, updated_at'
export const NO_PLAN = failure('not_found', 'there is no such tracking plan')

export function planRow({ env, workspace }: Call, id: string): Promise<TrackingPlanRow | null> {
  return env.DB.prepare(`SELECT ${PLAN_COLUMNS} FROM tracking_plans WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<TrackingPlanRow>()
}

/** What it says; a row was checked when it was written. */
export function planRules({ document }: Pick<TrackingPlanRow, 'document'>): Rules {
  return JSON.parse(document) as Rules
}

export function planOf(row: TrackingPlanRow): TrackingPlan {
  const { id, name, version } = row
  return { ...planRules(row), id, name, version }
}

export function planDocument(row: TrackingPlanRow): Shown {
  const { id, name, version } = row
  const times = { createdAt: toIso(row.created_at), updatedAt: toIso(row.updated_at) }
  return { id, name, ...planRules(row), version, ...times }
}

/** Has this isolate know it at once; others see it within seconds. `version` 0: it is gone. */
export async function planInForce({ env, workspace }: Call, id: string, version: number): Promise<void> {
  await new ConfigStore(env.DB).pipeline(workspace, ({ plans }) => {
    const known = plans.find((one) => one.id === id)
    return version === 0 ? known === undefined : known !== undefined && known.version >= version
  })
}
