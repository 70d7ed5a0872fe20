import { z } from 'zod'
import { SecretHint } from '../config/source-settings.ts'
import { DestinationConsent } from '../destination/destination-config.ts'
import { pluginTypes } from '../plugin/index.ts'
import { PLUGIN_KINDS } from '../plugin/manifest.ts'
import { MOST_TIMEOUT_MS, ON_FAILURE, PluginFilter } from '../plugin/plugin-config.ts'
import { Mapping } from '../transform/mapping.ts'
import { FilterBody, RateLimit } from './destination-document.ts'

const [first, ...others] = pluginTypes.map(({ name }) => name) as [string, ...string[]]
export const PluginTypeName = z.enum([first, ...others])

export const PluginName = z.string().trim().min(1).max(200)

export const PluginSettings = z
  .record(z.string(), z.json())
  .meta({ description: 'Those of its type: `GET /api/v1/plugin-types`' })

export const PluginPosition = z
  .int()
  .min(0)
  .max(1_000_000)
  .meta({ description: 'Where two plugins write one field, the lower position wins; then the name decides' })

/** Of both kinds of filter; which fields a plugin may have depends on its kind, and 422 says so. */
export const PluginFilterBody = z
  .strictObject({ ...PluginFilter.shape, ...FilterBody.shape })
  .partial()
  .meta({
    description:
      'Blocking: `sources` and `events`. Non-blocking: `events`, `segments` and `condition`, as of a destination. What is ' +
      'not said does not choose',
  })

export const TimeoutMs = z
  .int()
  .min(10)
  .max(MOST_TIMEOUT_MS)
  .nullable()
  .meta({ description: 'How long a batch of events waits for its answer; null: as its type says' })

export const OnFailureBody = z
  .enum(ON_FAILURE)
  .nullable()
  .meta({ description: 'What becomes of an event that it could not be asked about; null: as its type says' })

/** What only non-blocking plugins have: the rules of their delivery. */
export const DeliveryRules = {
  mapping: Mapping.nullish(),
  consent: DestinationConsent.nullish(),
  rateLimitPerSecond: RateLimit.optional(),
}

const Time = z.string().meta({ format: 'date-time' })

export const PluginHealth = z
  .object({
    calls: z.int(),
    events: z.int(),
    failed: z.int(),
    timeouts: z.int(),
    skipped: z.int().meta({ description: 'Events that were not asked about because its circuit was open' }),
    p95Ms: z.int().nullable().meta({ description: '95 of 100 calls took at most so long; null without calls' }),
    lastError: z.object({ at: Time, reason: z.string() }).nullable(),
  })
  .meta({ id: 'PluginHealth', description: 'Of about the last hour; the last error may be older' })

/** A plugin as its operators see it. Secret settings show only that they are there, and how they end. */
export const PluginDocument = z
  .object({
    id: z.string(),
    type: PluginTypeName,
    kind: z.enum(PLUGIN_KINDS),
    name: z.string(),
    enabled: z.boolean(),
    position: PluginPosition,
    filter: PluginFilterBody,
    settings: z.record(z.string(), z.union([SecretHint, z.json()])),
    timeoutMs: TimeoutMs,
    onFailure: OnFailureBody,
    ...DeliveryRules,
    version: z.int().meta({ description: 'Rises with every change' }),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Plugin' })
export type PluginDocument = z.input<typeof PluginDocument>

/** With how it goes: null of those that are no calls of the pipeline. */
export const PluginWithHealth = PluginDocument.extend({ health: PluginHealth.nullable() })

export const PluginReference = z.object({ pluginId: z.string().min(1).max(100) })
