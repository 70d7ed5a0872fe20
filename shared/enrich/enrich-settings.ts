import { z } from 'zod'
import type { ConnectionSettings } from './connection.ts'
import { CurrencyCode, Rate } from './currency.ts'
import { ENRICHMENTS } from './index.ts'
import { IP_RULES } from './ip-address.ts'

const { userAgent, geo, campaign, referrer, bot, currency } = ENRICHMENTS

/** What a workspace may decide about enrichment: each on or off, with its options. */
export const EnrichSettings = z.object({
  ip: z
    .enum(IP_RULES)
    .default('keep')
    .meta({ description: 'The address of a connection: `truncate` keeps three bytes of IPv4 and 48 bits of IPv6' }),
  userAgent: userAgent.settings.prefault({}),
  geo: geo.settings.prefault({}),
  campaign: campaign.settings.prefault({}),
  referrer: referrer.settings.prefault({}),
  bot: bot.settings.prefault({}),
  currency: currency.settings.prefault({}),
})
export type EnrichSettings = z.infer<typeof EnrichSettings>

type Shape = Readonly<Record<string, z.ZodDefault>>
type Changes<S extends Shape> = { [field in keyof S]: z.ZodOptional<z.ZodNullable<ReturnType<S[field]['unwrap']>>> }

/** The same options without their defaults: what is not named is not changed, `null` goes back to the default. */
function changes<S extends Shape>(shape: S): Changes<S> {
  const fields = Object.entries(shape).map(([field, setting]) => [
    field,
    (setting.unwrap() as z.ZodType).nullable().optional(),
  ])
  return Object.fromEntries(fields) as Changes<S>
}

const CHANGES = {
  ip: z.enum(IP_RULES).nullable().optional(),
  userAgent: changes(userAgent.settings.shape),
  geo: changes(geo.settings.shape),
  campaign: changes(campaign.settings.shape),
  referrer: changes(referrer.settings.shape),
  bot: changes(bot.settings.shape),
  currency: {
    ...changes(currency.settings.shape),
    // One rate at a time: a patch goes into objects.
    rates: z.record(CurrencyCode, Rate.nullable()).nullable().optional(),
  },
}

/** A change of the settings, as a JSON merge patch. */
export const EnrichPatch = z.strictObject({
  ip: CHANGES.ip,
  userAgent: z.strictObject(CHANGES.userAgent).nullable().optional(),
  geo: z.strictObject(CHANGES.geo).nullable().optional(),
  campaign: z.strictObject(CHANGES.campaign).nullable().optional(),
  referrer: z.strictObject(CHANGES.referrer).nullable().optional(),
  bot: z.strictObject(CHANGES.bot).nullable().optional(),
  currency: z.strictObject(CHANGES.currency).nullable().optional(),
})
export type EnrichPatch = z.infer<typeof EnrichPatch>

/** What one source has otherwise than its workspace, as it is kept: whatever this code does not know is not looked at. */
export const EnrichOverride = z.object({
  ip: CHANGES.ip,
  userAgent: z.object(CHANGES.userAgent).nullable().optional(),
  geo: z.object(CHANGES.geo).nullable().optional(),
  campaign: z.object(CHANGES.campaign).nullable().optional(),
  referrer: z.object(CHANGES.referrer).nullable().optional(),
  bot: z.object(CHANGES.bot).nullable().optional(),
  currency: z.object(CHANGES.currency).nullable().optional(),
})
export type EnrichOverride = z.infer<typeof EnrichOverride>

/** The settings with what one source has otherwise. */
export function overridden(settings: EnrichSettings, override: EnrichOverride | undefined): EnrichSettings {
  return override ? EnrichSettings.parse(merged(settings, override)) : settings
}

type Options = Readonly<Record<string, unknown>>

function merged(base: Options, over: Options): Options {
  const result: Record<string, unknown> = { ...base }
  for (const [field, value] of Object.entries(over)) {
    if (value === undefined || value === null) continue
    const before = result[field]
    result[field] = isOptions(before) && isOptions(value) ? merged(before, value) : value
  }
  return result
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What may be kept of a connection; nothing of a place where nobody asks for one. */
export function connectionSettings({ ip, geo }: EnrichSettings, isEnriched: boolean): ConnectionSettings {
  return { ip, geo: isEnriched && geo.enabled ? geo.precision : 'none' }
}
