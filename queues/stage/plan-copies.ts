import { log } from '../../platform/log.ts'
import type { Event } from '../../shared/event/event.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import {
  type CompiledPlan,
  compilePlan,
  type Finding,
  type Judgement,
  judgeEvent,
} from '../../shared/tracking-plan/judge-event.ts'
import { omitPlaces } from '../../shared/tracking-plan/omit-places.ts'
import type { TrackingPlan } from '../../shared/tracking-plan/tracking-plan.ts'
import type { CopyWork } from '../copy.ts'
import { note, type StageCall } from './stage.ts'

/**
 * The stage `plan`: is the event what the workspace planned? What plans found is noted, and counted when the copy is settled
 * (queues/count-plans.ts); the strictest plan of the source says what becomes of the event.
 */
export function planCopies({ config, pipeline, copies }: StageCall): void {
  const plans = pipeline.plans.flatMap((plan) => compiled(config.id, plan))
  if (plans.length === 0) return
  for (const copy of copies) {
    const event = copy.event as Event
    const judgement = judgeEvent(plans, event)
    copy.planned = { event, findings: judgement.findings }
    for (const finding of judgement.findings) if (finding.violations.length > 0) note(copy, lineOf(finding))
    decide(copy, event, judgement)
  }
}

function decide(copy: CopyWork, event: Event, { action, first, omitted }: Judgement): void {
  if (action === 'block' && first) copy.outcome = { kind: 'rejected', reason: `plan:${first.kind}` }
  else if (action === 'quarantine' && first) {
    copy.outcome = { kind: 'dead_letter', stage: 'plan', reason: `plan:${first.kind}` }
  } else if (omitted.length > 0) copy.event = omitPlaces(event, omitted)
}

/** Paths and kinds, and never a value. */
function lineOf({ plan, version, violations, action }: Finding) {
  const kinds = [...new Set(violations.map(({ kind }) => kind))]
  const detail: JsonObject = {
    plan: plan.id,
    name: plan.name,
    ...(version === '' ? {} : { version }),
    action,
    violations: violations.map(({ kind, path, message }) => ({ kind, path, message })),
  }
  return { step: 'plan', outcome: 'violation', reason: kinds.map((kind) => `plan:${kind}`).join(', '), detail }
}

/** Schemas are compiled once per version of a plan and isolate. */
const known = new Map<string, readonly CompiledPlan[]>()
const MOST_KNOWN = 200

/** A plan that this code cannot read is left out and reported: it must not stop the workspace's events. */
function compiled(workspace: string, plan: TrackingPlan): readonly CompiledPlan[] {
  const key = `${workspace}/${plan.id}/${plan.version}`
  let found = known.get(key)
  if (!found) {
    found = compile(workspace, plan)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(key, found)
  }
  return found
}

function compile(workspace: string, plan: TrackingPlan): readonly CompiledPlan[] {
  try {
    return [compilePlan(plan)]
  } catch (fault) {
    log.error(`tracking plan ${plan.id} is left out`, { workspace_id: workspace, fault })
    return []
  }
}
