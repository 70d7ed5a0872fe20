import { planStub } from '../../platform/stubs.ts'
import { readPlanViolations } from '../../shared/contract/read-plan-violations.ts'
import { DAY, toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { eventCounts, violationCounts } from '../../shared/tracking-plan/read-tally.ts'
import { serve } from '../http/serve.ts'
import { NO_PLAN, planRow } from './tracking-plan-row.ts'

export const readPlanViolationsRoute = serve(readPlanViolations, async ({ params: { planId }, query }, call) => {
  const { env, workspace, now } = call
  if (!(await planRow(call, planId))) return err(NO_PLAN)
  const { by, event, kind, limit } = query
  const to = query.to ?? now
  const from = query.from ?? Math.min(now, to) - 7 * DAY
  const tally = await planStub(env, workspace).read(planId)
  const question = { from, to, by, event, kind }
  const violations = violationCounts(tally, question)
  return ok({
    planId,
    from: toIso(from),
    to: toIso(to),
    by,
    events: eventCounts(tally, question).map((counts) => ({ ...counts, share: counts.valid / counts.total })),
    violations: violations.slice(0, limit).map(({ firstAt, lastAt, periods, samples, version, ...counts }) => ({
      ...counts,
      version: version === '' ? null : version,
      firstSeen: toIso(firstAt),
      lastSeen: toIso(lastAt),
      periods: periods.map(({ at, count }) => ({ at: toIso(at), count })),
      samples: samples.map(({ at, ...sample }) => ({ ...sample, at: toIso(at) })),
    })),
    more: violations.length > limit,
  })
})
