import { bot } from './bot.ts'
import { campaign } from './campaign.ts'
import { currency } from './currency.ts'
import { geoLocation } from './geo-location.ts'
import { referrer } from './referrer.ts'
import { userAgent } from './user-agent.ts'

/** The built-in enrichments, by name: what `settings.pipeline.enrich` switches and docs/generated/outcomes.md lists. */
export const ENRICHMENTS = { userAgent, geo: geoLocation, campaign, referrer, bot, currency } as const
export type EnrichmentName = keyof typeof ENRICHMENTS
