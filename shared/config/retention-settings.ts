import { z } from 'zod'

/** How long a workspace keeps what it was told. */
export const RetentionSettings = z.object({
  /**
   * Days after its arrival that an event stays in the timeline of its person; what it counted for stays. Looked at on the
   * first event of the person's day, so that nobody pays for an alarm.
   */
  timelineDays: z.int().min(1).max(400).default(400),
})
export type RetentionSettings = z.infer<typeof RetentionSettings>
