import { z } from 'zod'

/** How long a workspace keeps what it was told. */
export const RetentionSettings = z.object({
  /**
   * Days after its arrival that an event stays in the timeline of its person; what it counted for stays. Looked at on the
   * first event of the person's day, so that nobody pays for an alarm.
   */
  timelineDays: z.int().min(1).max(400).default(400),
  /**
   * Days that what was accepted stays in the archive as it came: so far back replays, redeliveries and rebuilds reach. An
   * object of the archive holds copies of several workspaces; of one that keeps them for less than others its lines go.
   */
  bronzeDays: z.int().min(1).max(3_650).default(30),
  /** Days that applied events stay in the lake (silver), and the daily tables of gold that are made of them. */
  silverDays: z.int().min(1).max(3_650).default(730),
})
export type RetentionSettings = z.infer<typeof RetentionSettings>
