import { z } from 'zod'

/** "This job is due": the body of a message on the JOBS queue. `turn` makes every message but the newest one void. */
export const JobMessage = z.object({
  v: z.literal(1),
  workspace: z.string(),
  id: z.string(),
  turn: z.int(),
})
export type JobMessage = z.infer<typeof JobMessage>
