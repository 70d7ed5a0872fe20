import { ConfigStore } from '../../platform/config-store.ts'
import { archivedLine } from '../../platform/find-archived.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { checkTrackingPlan } from '../../shared/contract/check-tracking-plan.ts'
import type { Event } from '../../shared/event/event.ts'
import { normalize } from '../../shared/event/normalize.ts'
import { validateItem } from '../../shared/event/validate-item.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { eventOfLine } from '../../shared/message/archived-event.ts'
import { compilePlan, type Judgement, judgeEvent } from '../../shared/tracking-plan/judge-event.ts'
import { omitPlaces } from '../../shared/tracking-plan/omit-places.ts'
import { plannedName } from '../../shared/tracking-plan/planned-event.ts'
import { type Call, serve } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { NO_PLAN, planOf, planRow } from './tracking-plan-row.ts'

export const checkTrackingPlanRoute = serve(checkTrackingPlan, async ({ params: { planId }, body }, call) => {
  const row = await planRow(call, planId)
  if (!row) return err(NO_PLAN)
  const plan = planOf(row)
  const source = body.source ?? plan.sources?.[0] ?? 'src_check'
  const event = body.event ? eventOf(body.event, source, call.now) : await arrived(call, body.messageId ?? '')
  if (!event.ok) return event
  const judgement = judgeEvent([compilePlan(plan)], event.value)
  const [finding] = judgement.findings
  const { outcome, reason } = fateOf(judgement)
  return ok({
    outcome,
    reason,
    action: judgement.action ?? null,
    event: plannedName(event.value) ?? null,
    version: finding?.version ? finding.version : null,
    violations: (finding?.violations ?? []).map(({ kind, path, message }) => ({ kind, path, message })),
    result: outcome === 'pass' ? contentOf(omitPlaces(event.value, judgement.omitted)) : null,
  })
})

function fateOf({ action, first }: Judgement) {
  const reason = first ? `plan:${first.kind}` : null
  if (action === 'block') return { outcome: 'rejected' as const, reason }
  return action === 'quarantine' ? { outcome: 'dead_letter' as const, reason } : { outcome: 'pass' as const, reason }
}

function contentOf({ properties, traits }: Event) {
  return { ...(properties ? { properties } : {}), ...(traits ? { traits } : {}) }
}

/** Nobody has to be named for a rehearsal. */
function eventOf(body: JsonObject, source: string, now: number): Result<Event, Failure> {
  const item = { anonymousId: 'nobody', messageId: 'check', ...body }
  const valid = validateItem(item, undefined)
  if (!valid.ok) {
    const { path, message } = valid.failure
    return unprocessable([{ path: path === '' ? 'event' : `event.${path}`, message }])
  }
  return ok(normalize({ source, receivedAt: now }, { body: item }, valid.value, defaultSettings))
}

/** As it was sent: what stages changed is left out. */
async function arrived({ env, workspace }: Call, messageId: string): Promise<Result<Event, Failure>> {
  const [line, config] = await Promise.all([
    archivedLine(env, workspace, messageId),
    new ConfigStore(env.DB).workspace(workspace),
  ])
  const { changes: _, ...asSent } = line ?? {}
  const event = line && eventOfLine(asSent, typeof config === 'string' ? defaultSettings : config.settings)
  return event ? ok(event) : err(failure('not_found', 'no such event was seen within the last 7 days'))
}
