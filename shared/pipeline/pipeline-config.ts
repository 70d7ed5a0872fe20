import type { PluginConfig } from '../plugin/plugin-config.ts'
import type { TrackingPlan } from '../tracking-plan/tracking-plan.ts'
import type { Transformation } from '../transform/transformation.ts'

/** What a workspace put between an event's arrival and the profile, each list in the order in which it is used. */
export interface PipelineConfig {
  readonly workspace: string
  readonly transformations: readonly Transformation[]
  readonly plans: readonly TrackingPlan[]
  readonly plugins: readonly PluginConfig[]
}
