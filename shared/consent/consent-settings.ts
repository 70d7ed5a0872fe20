import { z } from 'zod'
import { CONSENT_LIMITS } from './consent.ts'

/** What silence means, by the name of a channel or purpose; `*` is every name that is not listed. */
const Name = z.string().min(1).max(CONSENT_LIMITS.nameChars)
export const SilenceRules = z.record(Name, z.enum(['granted', 'denied']))
export type SilenceRules = z.infer<typeof SilenceRules>

/** A country (`DE`), a part of one (`US-CA`), or a group: `EU` is the European Economic Area, the United Kingdom and Switzerland. */
export const ConsentRegion = z.string().regex(/^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$/, 'is no region: DE, US-CA or EU')

/** A workspace's policy of consent (docs/consent.md). Without any rule, silence is no consent. */
export const ConsentSettings = z.object({
  /** Everywhere. */
  absent: SilenceRules.default({}),
  /** By region; the most exact one that names the channel or purpose decides. */
  regions: z.record(ConsentRegion, SilenceRules).default({}),
  /** How many days a consent holds, by name or `*`; what was refused does not expire. */
  expiresAfterDays: z.record(Name, z.int().min(1).max(36_500)).default({}),
  /** Traits that are consents: `"newsletter": "email"`. */
  traits: z.record(z.string().min(1).max(255), Name).default({}),
})
export type ConsentSettings = z.infer<typeof ConsentSettings>
