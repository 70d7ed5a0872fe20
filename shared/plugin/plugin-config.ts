import { z } from 'zod'
import { isObject, type JsonObject } from '../kernel/json.ts'

/** What a workspace says of a plugin it installed, whatever its type. */
export const PluginDocument = z.strictObject({
  sources: z.array(z.string().min(1).max(100)).min(1).max(200).optional(),
  events: z.array(z.string().min(1).max(500)).min(1).max(200).optional(),
  /** By the schema of its manifest; secret ones are kept apart. */
  settings: z.custom<JsonObject>(isObject).prefault({}),
})
export type PluginDocument = z.infer<typeof PluginDocument>

export interface PluginConfig extends PluginDocument {
  readonly id: string
  /** The name of its manifest. */
  readonly type: string
  readonly name: string
  readonly enabled: boolean
  /** Its priority: where two plugins of one stage write one field, the lower wins. */
  readonly position: number
  readonly version: number
  /** The secret settings as they are kept. */
  readonly sealed: string | null
}
