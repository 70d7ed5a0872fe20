import { z } from 'zod'
import { isObject, type JsonObject } from '../kernel/json.ts'

/** What events a workspace expects of its sources, and what is done with those that are otherwise. */
export const PlannedEvent = z.strictObject({
  name: z.string().min(1).max(512),
  version: z.union([z.int().min(1), z.string().min(1).max(50)]).default(1),
  /** A JSON Schema of the properties. */
  schema: z.custom<JsonObject>(isObject, 'is a JSON Schema, an object'),
  onViolation: z.enum(['allow', 'omit', 'block', 'quarantine']).default('allow'),
})
export type PlannedEvent = z.infer<typeof PlannedEvent>

export const TrackingPlanDocument = z.strictObject({
  /** `observe`: violations are counted and nothing is done. */
  mode: z.enum(['observe', 'enforce']).default('observe'),
  /** Ids of sources; all of them when it is not said. */
  sources: z.array(z.string().min(1).max(100)).min(1).max(200).optional(),
  events: z.array(PlannedEvent).max(2_000),
  /** What becomes of a track call that no planned event names. */
  unplanned: z.enum(['allow', 'block', 'quarantine']).default('allow'),
})
export type TrackingPlanDocument = z.infer<typeof TrackingPlanDocument>

export interface TrackingPlan extends TrackingPlanDocument {
  readonly id: string
  readonly name: string
  readonly version: number
}
