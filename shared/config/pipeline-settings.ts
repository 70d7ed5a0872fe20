import { z } from 'zod'

/**
 * The stages between an item's normalisation and the question whose it is. A workspace orders them and leaves some out;
 * a source may have an order of its own. What a stage does is said by the transformations, plans and plugins themselves.
 */
export const STAGES = ['transform', 'plan', 'enrich', 'plugins'] as const
export type StageName = (typeof STAGES)[number]

export const Stages = z
  .array(z.enum(STAGES))
  .max(STAGES.length)
  .refine((stages) => new Set(stages).size === stages.length, 'names a stage twice')

export const PipelineSettings = z.object({
  stages: Stages.default([...STAGES]).meta({ description: 'In this order; one that is not named is left out' }),
  sources: z
    .record(z.string(), z.object({ stages: Stages }))
    .default({})
    .meta({ description: 'By id of a source: its own stages' }),
})
export type PipelineSettings = z.infer<typeof PipelineSettings>

/** @example stagesOf(settings, 'src_web') // ['transform', 'plan', 'enrich', 'plugins'] */
export function stagesOf({ stages, sources }: PipelineSettings, source: string): readonly StageName[] {
  return (Object.hasOwn(sources, source) ? sources[source]?.stages : undefined) ?? stages
}
