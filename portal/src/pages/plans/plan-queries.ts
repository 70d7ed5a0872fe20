import { queryOptions } from '@tanstack/react-query'
import type { deleteTrackingPlan } from '../../../../shared/contract/delete-tracking-plan.ts'
import type { readPlanViolations } from '../../../../shared/contract/read-plan-violations.ts'
import type { readTrackingPlan } from '../../../../shared/contract/read-tracking-plan.ts'
import type { updateTrackingPlan } from '../../../../shared/contract/update-tracking-plan.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

export type Plan = ReplyOf<typeof readTrackingPlan>
export type PlannedEvent = Plan['events'][number]
export type Violations = ReplyOf<typeof readPlanViolations>
export type Violation = Violations['violations'][number]
export type PlanBody = Given<typeof updateTrackingPlan>['body']

export const VIOLATION_KINDS = ['unplanned', 'missing', 'type', 'value', 'unknown_property'] as const

export function planQuery(planId: string) {
  return queryOptions({
    queryKey: ['plans', 'one', planId],
    queryFn: ({ signal }) =>
      ask<typeof readTrackingPlan>('get', '/api/v1/tracking-plans/{planId}', { params: { planId } }, signal),
  })
}

export interface ViolationFilter {
  readonly event?: string | undefined
  readonly kind?: Violation['kind'] | undefined
}

/** Of the last week. */
export function violationsQuery(planId: string, { event, kind }: ViolationFilter = {}) {
  return queryOptions({
    queryKey: ['plans', 'violations', planId, event, kind],
    queryFn: ({ signal }) =>
      ask<typeof readPlanViolations>(
        'get',
        '/api/v1/tracking-plans/{planId}/violations',
        { params: { planId }, query: { event, kind, limit: '200' } },
        signal,
      ),
    refetchInterval: 30_000,
  })
}

export async function changePlan(planId: string, body: PlanBody): Promise<Plan> {
  const plan = await ask<typeof updateTrackingPlan>('put', '/api/v1/tracking-plans/{planId}', {
    params: { planId },
    body,
  })
  await queries.invalidateQueries({ queryKey: ['plans'] })
  return plan
}

export function deleteLater({ id, name }: Pick<Plan, 'id' | 'name'>): void {
  later({
    id,
    text: t('lists.deleted', { name }),
    act: async () => {
      await ask<typeof deleteTrackingPlan>('delete', '/api/v1/tracking-plans/{planId}', { params: { planId: id } })
      await queries.invalidateQueries({ queryKey: ['plans'] })
    },
  })
}
