import { z } from 'zod'

/** Whom a rebuild is about, and since when; everybody when nobody is named. */
export const RebuildInput = z.object({
  /** Canonical IDs. */
  profiles: z.array(z.string()).optional(),
  segment: z.string().optional(),
  /** Arrival, epoch ms. */
  from: z.int().optional(),
})
export type RebuildInput = z.infer<typeof RebuildInput>

/** The job that is being carried out. */
export interface Rebuilding {
  readonly env: Env
  readonly job: string
  readonly workspace: string
  readonly input: RebuildInput
}
