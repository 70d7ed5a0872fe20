import { z } from 'zod'
import type { ConnectionSettings } from '../enrich/connection.ts'
import { connectionSettings, EnrichOverride, EnrichSettings, overridden } from '../enrich/enrich-settings.ts'
import { own } from '../kernel/json.ts'

/**
 * The stages between an item's normalisation and the question whose it is. A workspace orders them and leaves some out;
 * a source may have an order of its own. What a stage does is said by the transformations, plans and plugins themselves.
 */
export const STAGES = ['transform', 'plan', 'enrich', 'plugins'] as const
export type StageName = (typeof STAGES)[number]

/** For docs/generated/outcomes.md. */
export const STAGE_FACTS: { readonly [stage in StageName]: string } = {
  transform: 'rewrites events: renames, maps, filters',
  plan: 'holds an event against the tracking plan of its source',
  enrich: 'adds what the message itself and its connection tell',
  plugins: 'asks the blocking plugins of the workspace',
}

export const Stages = z
  .array(z.enum(STAGES))
  .max(STAGES.length)
  .refine((stages) => new Set(stages).size === stages.length, 'names a stage twice')

export const PipelineSettings = z.object({
  stages: Stages.default([...STAGES]).meta({ description: 'In this order; one that is not named is left out' }),
  sources: z
    .record(z.string(), z.object({ stages: Stages.optional(), enrich: EnrichOverride.optional() }))
    .default({})
    .meta({ description: 'By id of a source: its own stages, and what it has otherwise' }),
  enrich: EnrichSettings.prefault({}),
})
export type PipelineSettings = z.infer<typeof PipelineSettings>

/** @example stagesOf(settings, 'src_web') // ['transform', 'plan', 'enrich', 'plugins'] */
export function stagesOf({ stages, sources }: PipelineSettings, source: string): readonly StageName[] {
  return own(sources, source)?.stages ?? stages
}

/** What the stage `enrich` does with the events of a source. */
export function enrichOf({ enrich, sources }: PipelineSettings, source: string): EnrichSettings {
  return overridden(enrich, own(sources, source)?.enrich)
}

/** What may be kept of the connections of a source. */
export function connectionOf(pipeline: PipelineSettings, source: string): ConnectionSettings {
  return connectionSettings(enrichOf(pipeline, source), stagesOf(pipeline, source).includes('enrich'))
}
