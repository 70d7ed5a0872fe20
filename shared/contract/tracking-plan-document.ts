import { z } from 'zod'
import { VIOLATION_KINDS, type ViolationKind } from '../event/outcome.ts'
import type { JsonValue } from '../kernel/json.ts'
import { PlannedEvent, TrackingPlanDocument as Rules } from '../tracking-plan/tracking-plan.ts'

export const PlanName = z.string().trim().min(1).max(200)

/** Any JSON here: what is wrong with a schema is said with its path, `events.2.schema.properties.total.type`. */
const SchemaBody = z
  .custom<JsonValue>((value) => value !== undefined, 'is required')
  .meta({
    description: 'A JSON Schema of the properties (of `$identify` and `$group`: of the traits); at most 64 KB',
  })

export const PlannedEventBody = PlannedEvent.extend({ schema: SchemaBody })

const { mode, sources, events, unplanned } = Rules.shape
export const PlanMode = mode.unwrap().meta({ description: '`observe`: violations are counted and nothing is done' })
export const PlanSources = sources.unwrap().meta({ description: 'Ids of sources; without it, all' })
export const PlanEvents = z.array(PlannedEventBody).max(2_000)
export const Unplanned = unplanned
  .unwrap()
  .meta({ description: 'What becomes of a track call that no plan of its source names' })

/** A tracking plan as its makers see it. */
export const TrackingPlanDocument = z
  .object({
    id: z.string(),
    name: z.string(),
    mode: PlanMode,
    sources: PlanSources.optional(),
    events: events.meta({ description: 'Names of track calls, and `$identify`, `$group`, `$page`, `$screen`' }),
    unplanned: Unplanned,
    version: z.int().meta({ description: 'Rises with every change' }),
    createdAt: z.string().meta({ format: 'date-time' }),
    updatedAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'TrackingPlan' })
export type TrackingPlanDocument = z.input<typeof TrackingPlanDocument>

export const PlanReference = z.object({ planId: z.string().min(1).max(100) })

const [first, ...others] = Object.keys(VIOLATION_KINDS) as [ViolationKind, ...ViolationKind[]]
export const ViolationKindName = z.enum([first, ...others])
