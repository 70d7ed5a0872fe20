import { z } from 'zod'
import { isObject, type JsonObject } from '../kernel/json.ts'

/** What becomes of an event that a plugin should have looked at and could not: it goes on, or waits as a dead letter. */
export const ON_FAILURE = ['continue', 'dead_letter'] as const
export type OnFailure = (typeof ON_FAILURE)[number]

/** Longest that a batch of events waits for a plugin. */
export const MOST_TIMEOUT_MS = 5_000

/** Which events a plugin is about; what is not said does not choose. */
export const PluginFilter = z
  .strictObject({
    sources: z.array(z.string().min(1).max(100)).min(1).max(200).meta({ description: 'Ids of sources' }),
    events: z
      .array(z.string().min(1).max(500))
      .min(1)
      .max(200)
      .meta({ description: 'Names, `prefix*`, `$page`, `$screen`, or types (`identify`)' }),
  })
  .partial()
export type PluginFilter = z.infer<typeof PluginFilter>

/** What a workspace says of a plugin it installed, whatever its type. */
export const PluginRules = z.strictObject({
  filter: PluginFilter.prefault({}),
  /** Of a non-blocking one: the rules of the lane that serves it (shared/destination/destination-config.ts). */
  delivery: z.custom<JsonObject>(isObject).optional(),
  /** By the schema of its manifest; secret ones are kept apart. */
  settings: z.custom<JsonObject>(isObject).prefault({}),
  /** Null: as its manifest says. */
  timeoutMs: z.int().min(10).max(MOST_TIMEOUT_MS).nullable().default(null),
  onFailure: z.enum(ON_FAILURE).nullable().default(null),
})
export type PluginRules = z.infer<typeof PluginRules>

export interface PluginConfig extends PluginRules {
  readonly id: string
  readonly workspace: string
  /** The name of its manifest. */
  readonly type: string
  readonly name: string
  readonly enabled: boolean
  /** Its priority: where two plugins write one field, the lower wins. */
  readonly position: number
  readonly version: number
  /** The secret settings as they are kept. */
  readonly sealed: string | null
}
