import { z } from 'zod'
import { SecretHint } from '../config/source-settings.ts'
import { DestinationConsent, DestinationFilter } from '../destination/destination-config.ts'
import { destinationTypes } from '../destination/index.ts'
import { Mapping } from '../transform/mapping.ts'
import { ConditionBody } from './segment-document.ts'

const [first, ...others] = destinationTypes.map(({ type }) => type) as [string, ...string[]]
export const DestinationTypeName = z.enum([first, ...others])

export const DestinationName = z.string().trim().min(1).max(200)

export const DestinationSettings = z
  .record(z.string(), z.json())
  .meta({ description: 'Those of its type, see docs/destinations.md; of the webhook `{ "url", "secret" }`' })

/** With a condition as anybody may have written it: what is wrong with it is said with its path. */
export const FilterBody = DestinationFilter.extend({ condition: ConditionBody.optional() })

export const RateLimit = z
  .int()
  .min(1)
  .max(10_000)
  .nullable()
  .meta({ description: 'Most requests a second; null: as many as it takes' })

/** A destination as its operators see it. Secret settings show only that they are there, and how they end. */
export const DestinationDocument = z
  .object({
    id: z.string(),
    type: DestinationTypeName,
    name: z.string(),
    enabled: z.boolean(),
    settings: z.record(z.string(), z.union([SecretHint, z.json()])),
    filter: FilterBody,
    mapping: Mapping.nullable().meta({ description: 'null: the default of its type' }),
    consent: DestinationConsent.nullable(),
    rateLimitPerSecond: RateLimit,
    version: z.int().meta({ description: 'Rises with every change' }),
    createdAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Destination' })
export type DestinationDocument = z.input<typeof DestinationDocument>

export const DestinationReference = z.object({ destinationId: z.string().min(1).max(100) })
