import { z } from 'zod'

/** A pair that is probably one person, as its reviewer sees it. */
export const MATCH_STATES = ['open', 'accepted', 'rejected'] as const

export const MatchParameters = z.object({ id: z.string().min(1).max(100).meta({ description: '`mat_…`' }) })

const Iso = z.string().meta({ description: 'ISO 8601, UTC, milliseconds', format: 'date-time' })

export const MatchDocument = z
  .object({
    id: z.string(),
    state: z.enum(MATCH_STATES),
    profiles: z.tuple([z.string(), z.string()]).meta({ description: 'Their canonical IDs, the older first' }),
    probability: z.number().meta({ description: 'That the two are one person, by their values alone' }),
    fields: z
      .array(
        z.object({
          field: z.string(),
          level: z.string().meta({ description: 'How the two values agree: exact, near, different, missing, …' }),
          weight: z.number().meta({ description: 'Natural logarithm: above zero for one person, below for two' }),
          values: z
            .tuple([z.string().nullable(), z.string().nullable()])
            .meta({ description: 'Of the two profiles as they are compared; null where there is none' }),
        }),
      )
      .meta({ description: 'What was compared' }),
    modelVersion: z.int().meta({ description: 'Of the learned weights; 0 are those that are built in' }),
    decidedBy: z.string().nullable().meta({ description: "The token's ID, or `rule:matching`" }),
    decidedAt: Iso.nullable(),
    mergeId: z.string().nullable().meta({ description: 'Of accepted: undo it with the unmerge of the profile' }),
    createdAt: Iso,
    updatedAt: Iso,
  })
  .meta({ id: 'Match' })
export type MatchDocument = z.infer<typeof MatchDocument>
