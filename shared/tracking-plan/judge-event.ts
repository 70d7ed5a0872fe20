import type { Event } from '../event/event.ts'
import { type CompiledSchema, compileSchema } from './compile-schema.ts'
import { evaluateSchema } from './evaluate-schema.ts'
import { plannedBody, plannedField, plannedName, versionMeant } from './planned-event.ts'
import type { PlannedEvent, TrackingPlan } from './tracking-plan.ts'
import { type Found, type Place, type Violation, violationsOf } from './violation.ts'

/** What is done with an event that is otherwise than planned, the strictest last; `observe`: nothing, it is only counted. */
export const ACTIONS = ['observe', 'allow', 'omit', 'quarantine', 'block'] as const
export type Action = (typeof ACTIONS)[number]

export interface CompiledEvent {
  readonly planned: PlannedEvent
  readonly schema: CompiledSchema
}

export interface CompiledPlan {
  readonly plan: TrackingPlan
  /** Versions by name. */
  readonly events: ReadonlyMap<string, readonly CompiledEvent[]>
}

/** What one plan says of an event. */
export interface Finding {
  readonly plan: TrackingPlan
  readonly event: string
  /** Which version of the event was meant; empty when the plan does not name the event. */
  readonly version: string
  /** None: it is as planned. */
  readonly violations: readonly Violation[]
  readonly action: Action
}

export interface Judgement {
  readonly findings: readonly Finding[]
  /** The strictest of all plans; undefined when the event is as all of them planned, or nobody planned anything. */
  readonly action: Action | undefined
  /** Of the strictest plan, the first violation. */
  readonly first: Violation | undefined
  /** What plans with the action `omit` take away. */
  readonly omitted: readonly Place[]
}

/** Schemas were checked when the plan was saved. @throws for one that this code cannot read */
export function compilePlan(plan: TrackingPlan): CompiledPlan {
  const events = new Map<string, CompiledEvent[]>()
  for (const planned of plan.events) {
    const schema = compileSchema(planned.schema)
    if (!schema.ok) throw new Error(`the schema of ${planned.name} is not readable: ${JSON.stringify(schema.failure)}`)
    events.set(planned.name, [...(events.get(planned.name) ?? []), { planned, schema: schema.value }])
  }
  return { plan, events }
}

/**
 * Every plan of the source is asked, and the strictest answer counts. A track call is unplanned for a plan when neither it
 * nor another plan that is enforced names it: teams may have a plan each for one source.
 */
export function judgeEvent(plans: readonly CompiledPlan[], event: Event): Judgement {
  const name = plannedName(event)
  const asked =
    name === undefined ? [] : plans.filter(({ plan: { sources } }) => !sources || sources.includes(event.source))
  const isEnforced = asked.some(({ plan, events }) => plan.mode === 'enforce' && events.has(name as string))
  const judged = asked.flatMap((plan) => judge(plan, event, name as string, isEnforced))
  const wrong = judged.filter(({ finding }) => finding.violations.length > 0)
  const strictest = wrong.toSorted((a, b) => ACTIONS.indexOf(b.finding.action) - ACTIONS.indexOf(a.finding.action))[0]
  return {
    findings: judged.map(({ finding }) => finding),
    action: strictest?.finding.action,
    first: strictest?.finding.violations[0],
    omitted: wrong.flatMap(({ finding, found }) => (finding.action === 'omit' ? found.map(({ path }) => path) : [])),
  }
}

interface Judged {
  readonly finding: Finding
  /** All of it, beyond what is told. */
  readonly found: readonly Found[]
}

function judge({ plan, events }: CompiledPlan, event: Event, name: string, isPlanned: boolean): readonly Judged[] {
  const meant = versionMeant(events.get(name) ?? [], event)
  if (meant) {
    const { schema, planned } = meant
    const found = evaluateSchema(schema, plannedBody(event), [plannedField(event)])
    const action = plan.mode === 'observe' ? 'observe' : planned.onViolation
    const version = String(planned.version)
    return [{ finding: { plan, event: name, version, violations: violationsOf(found), action }, found }]
  }
  if (event.type !== 'track' || isPlanned) return []
  const found: readonly Found[] = [{ kind: 'unplanned', path: [], message: 'the plan does not name this event' }]
  const action = plan.mode === 'observe' ? 'observe' : plan.unplanned
  return [{ finding: { plan, event: name, version: '', violations: violationsOf(found), action }, found }]
}
