import { z } from 'zod'
import { ConsentSettings } from '../consent/consent-settings.ts'
import type { ConnectionSettings } from '../enrich/connection.ts'
import { IdentitySettings } from '../identity/identity-settings.ts'
import type { Aggregate } from '../segment/aggregate.ts'
import type { Condition } from '../segment/condition.ts'
import { PipelineSettings } from './pipeline-settings.ts'
import { PrivacySettings } from './privacy-settings.ts'
import { RetentionSettings } from './retention-settings.ts'
import type { KeyRange } from './source-keys.ts'
import type { OpenSourceSettings, SourceKind } from './source-settings.ts'
import { TrackingSettings } from './tracking-settings.ts'

/** What a workspace may decide about its pipeline. Durations in milliseconds. */
export const WorkspaceSettings = z.object({
  /** How long the emission of ENTER/EXIT waits for stragglers, from the arrival of the deciding event. */
  windowMs: z.int().min(0).max(60_000).default(2_000),
  /** How much older than the window an event may be before it is flagged late. */
  graceMs: z.int().min(0).max(86_400_000).default(120_000),
  /** `apply`: a late event is applied and flagged. `archive_only`: it is dropped with reason `late` and archived. */
  lateEvents: z.enum(['apply', 'archive_only']).default('apply'),
  /** Most events one profile takes per minute of arrival; beyond, they are dropped with reason `profile_rate`. */
  profileRatePerMinute: z.int().min(1).max(1_000_000).default(600),
  identity: IdentitySettings.prefault({}),
  retention: RetentionSettings.prefault({}),
  consent: ConsentSettings.prefault({}),
  tracking: TrackingSettings.prefault({}),
  pipeline: PipelineSettings.prefault({}),
  privacy: PrivacySettings.prefault({}),
})
export type WorkspaceSettings = z.infer<typeof WorkspaceSettings>

export const defaultSettings: WorkspaceSettings = WorkspaceSettings.parse({})

export interface SourceConfig {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly kind: SourceKind
  readonly enabled: boolean
  /** Who posts to it; only of a webhook. */
  readonly provider: string | null
  readonly settings: OpenSourceSettings
  /** Its secret settings as they are kept: platform/source-secrets.ts opens them. */
  readonly sealed: string | null
  readonly writeKeys: KeyRange
  readonly secretKeys: KeyRange
  /** What may be kept of its connections; absent where it was not read along. */
  readonly connection?: ConnectionSettings
}

/** A segment as the evaluator needs it; `version` rises with every change of its condition. */
export interface SegmentDefinition {
  readonly key: string
  readonly name: string
  readonly version: number
  readonly condition: Condition
}

/** A computed trait as the evaluator needs it; `version` rises with every change of its aggregate. */
export interface ComputedTraitDefinition {
  readonly key: string
  readonly name: string
  readonly version: number
  readonly aggregate: Aggregate
}

/** Everything a consumer or a profile needs to know about a workspace; `version` rises with every change of any of it. */
export interface WorkspaceConfig {
  readonly id: string
  readonly version: number
  readonly settings: WorkspaceSettings
  readonly segments: readonly SegmentDefinition[]
  readonly computedTraits: readonly ComputedTraitDefinition[]
  /** By path of a numeric trait that some segment compares with percentiles: see percentilesOf. */
  readonly percentiles?: { readonly [path: string]: readonly number[] }
}
