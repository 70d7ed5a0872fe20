import { z } from 'zod'

/**
 * One message of the MATCHING queue: profiles of a workspace of whom something changed that is compared. What to do is read
 * from the present profiles, so a message that comes twice, or late, is harmless.
 */
export const MatchMessage = z.object({
  v: z.literal(1),
  workspace: z.string(),
  profiles: z
    .array(
      z.object({
        id: z.string(),
        change: z.enum(['changed', 'merged', 'unmerged', 'deleted']),
        /** Of merged: who was merged into `id`. Of unmerged: who was taken out of it. */
        other: z.string().optional(),
      }),
    )
    .min(1),
})
export type MatchMessage = z.infer<typeof MatchMessage>
