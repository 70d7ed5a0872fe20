import { z } from 'zod'
import { CONSENT_LIMITS } from '../consent/consent.ts'
import type { ConsentQuestion } from '../consent/decision.ts'
import { matchesName } from '../kernel/name-pattern.ts'
import { Condition } from '../segment/condition.ts'
import { Mapping } from '../transform/mapping.ts'
import type { Told } from './effect-delivery.ts'

/** What a workspace says about one destination, whatever its type: whom it hears of, and when. */
const EventPattern = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: 'A name, `prefix*`, `$page`, `$screen`, or a type (`identify`, `profile.merged`)' })

export const DestinationFilter = z
  .strictObject({
    events: z.array(EventPattern).min(1).max(200),
    segments: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(100)
      .meta({ description: 'Only members of any of them, and the ENTER and EXIT of these' }),
    condition: Condition.meta({ description: 'Asked of the person at the moment of sending' }),
  })
  .partial()
export type DestinationFilter = z.infer<typeof DestinationFilter>

const Names = z.array(z.string().min(1).max(CONSENT_LIMITS.nameChars)).max(50)

export const DestinationConsent = z.strictObject({
  channels: Names.optional(),
  purposes: Names.optional(),
  mode: z.enum(['all', 'any']).default('all'),
})

export const DestinationRules = z.object({
  filter: DestinationFilter.default({}),
  /** Null: the default of its type. */
  mapping: Mapping.nullable().default(null),
  consent: DestinationConsent.nullable().default(null),
  rateLimitPerSecond: z.int().min(1).max(10_000).nullable().default(null),
})
export type DestinationRules = z.infer<typeof DestinationRules>

/** A destination as deliveries need it. */
export interface DestinationConfig {
  readonly id: string
  readonly workspace: string
  readonly type: string
  readonly name: string
  readonly enabled: boolean
  readonly version: number
  readonly rules: DestinationRules
  /** The settings that are no secret. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The secret ones as they are kept: platform/destination-settings.ts opens them. */
  readonly sealed: string | null
}

export function consentQuestion({ consent }: DestinationRules): ConsentQuestion | undefined {
  if (!consent) return undefined
  return (consent.channels?.length ?? 0) + (consent.purposes?.length ?? 0) > 0 ? consent : undefined
}

/** What can be said about an effect without asking the person: why it is not for this destination, or undefined. */
export function unwanted(rules: DestinationRules, takes: readonly string[], told: Told): string | undefined {
  const { events, segments } = rules.filter
  if (!takes.includes(told.type)) return 'type_not_taken'
  if (events && !events.some((pattern) => told.names.some((name) => matchesName(pattern, name)))) return 'filter.events'
  if (segments && told.segment !== undefined && !segments.includes(told.segment)) return 'filter.segments'
  return undefined
}
