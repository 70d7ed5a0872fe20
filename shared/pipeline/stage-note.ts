import type { JsonObject } from '../kernel/json.ts'

/** What a stage says of one copy, for its trace. It names paths, kinds and plugins, and never a value of the event. */
export interface StageNote {
  /** The stage: `transform`, `plan`, `enrich`, `plugins`. */
  readonly step: string
  /** `changed`, `violation`, `dropped`, `timeout`, …: one word. */
  readonly outcome: string
  readonly reason?: string
  readonly detail?: JsonObject
}
