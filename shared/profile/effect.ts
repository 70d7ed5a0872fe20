import { z } from 'zod'
import type { Event } from '../event/event.ts'

/**
 * Something that happened to a profile and that others may act on: an applied event, or a segment change that
 * Tributary itself wrote. The key is its idempotency key from birth: sent twice, it is the same effect.
 */
export const Effect = z.object({
  key: z.string().min(1),
  kind: z.enum(['event', 'segment']),
  workspace: z.string(),
  profile: z.string(),
  event: z.custom<Event>((value) => typeof value === 'object' && value !== null),
})
export type Effect = z.infer<typeof Effect>
