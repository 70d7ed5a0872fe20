import type { Failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { planFaults } from '../../shared/tracking-plan/check-plan.ts'
import type { PlannedEvent, TrackingPlanDocument } from '../../shared/tracking-plan/tracking-plan.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { missingSources } from './missing-sources.ts'

interface Given extends Pick<TrackingPlanDocument, 'mode' | 'unplanned'> {
  readonly sources?: readonly string[] | null | undefined
  readonly events: readonly (Omit<PlannedEvent, 'schema'> & { readonly schema: JsonValue })[]
}

/** What may be saved: schemas that can be evaluated whatever is sent, and sources that are there. */
export async function checkPlanRules(call: Call, given: Given): Promise<Result<TrackingPlanDocument, Failure>> {
  const { mode, unplanned, sources, events } = given
  const faults = planFaults({ events })
  if (faults.length > 0) return unprocessable(faults)
  const missing = await missingSources(call, sources ?? [])
  if (missing.length > 0) return unprocessable(missing)
  // planFaults takes only schemas that are objects.
  const planned = events as readonly PlannedEvent[]
  return ok({ mode, ...(sources ? { sources: [...sources] } : {}), events: [...planned], unplanned })
}
