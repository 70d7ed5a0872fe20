import { z } from 'zod'

/** Whom personal values are shown to, and which are personal beyond those that are so by their name (shared/masking). */
export const PrivacySettings = z.object({
  /** Analysts may look at one person unmasked, with a reason that goes to the audit log. */
  analystsMayUnmask: z.boolean().default(false),
  /** Names of traits and properties that are masked as well, compared without case and punctuation. */
  personalNames: z.array(z.string().trim().min(1).max(255)).max(500).default([]),
})
export type PrivacySettings = z.infer<typeof PrivacySettings>
