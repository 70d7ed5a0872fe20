import { z } from 'zod'
import { DEAD_LETTER_STAGES } from '../event/outcome.ts'

/** What could not be processed, with where and why. `body` is the copy as accepted, or a whole queue message as text. */
export const DeadLetter = z.object({
  v: z.literal(1),
  /** The copyId, or the queue's message id when the whole message failed. */
  id: z.string().min(1),
  workspace: z.string(),
  messageId: z.string().optional(),
  stage: z.enum(DEAD_LETTER_STAGES),
  reason: z.string(),
  attempts: z.int(),
  at: z.int(),
  body: z.string(),
})
export type DeadLetter = z.infer<typeof DeadLetter>

/** Dead letters whose workspace is not known (a message that could not be read at all) are kept under this name. */
export const NO_WORKSPACE = '-'
