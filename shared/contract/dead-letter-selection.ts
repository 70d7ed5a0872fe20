import { z } from 'zod'
import { InstantParameter } from './query.ts'

/** Which dead letters are meant: those named, or all that match; an empty selection is refused, it is most often a mistake. */
export const DeadLetterSelection = z
  .strictObject({
    ids: z.array(z.string().min(1).max(300)).min(1).max(1_000).optional(),
    stage: z.string().max(100).optional(),
    reason: z.string().max(1_000).optional().meta({ description: 'Exactly this reason' }),
    source: z.string().max(255).optional(),
    event: z.string().max(512).optional().meta({ description: 'Its name, exact or `"prefix*"`' }),
    text: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'Somewhere in the body or the reason, whatever the case' }),
    from: InstantParameter.optional().meta({ description: 'Arrived at or after' }),
    to: InstantParameter.optional().meta({ description: 'Arrived at or before' }),
  })
  .refine((selection) => Object.values(selection).some((value) => value !== undefined), {
    message: 'name `ids`, or narrow it by `stage`, `reason`, `source`, `event`, `text`, `from` or `to`',
    path: ['ids'],
  })
export type DeadLetterSelection = z.output<typeof DeadLetterSelection>

/** The same, as a job keeps it: instants in epoch milliseconds. */
export const KeptSelection = z.object({
  ids: z.array(z.string()).optional(),
  stage: z.string().optional(),
  reason: z.string().optional(),
  source: z.string().optional(),
  event: z.string().optional(),
  text: z.string().optional(),
  from: z.int().optional(),
  to: z.int().optional(),
})
export type KeptSelection = z.infer<typeof KeptSelection>
