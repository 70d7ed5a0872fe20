import type { DestinationType } from './destination-type.ts'
import { amplitude } from './type/amplitude.ts'
import { braze } from './type/braze.ts'
import { ga4 } from './type/ga4.ts'
import { googleAds } from './type/google-ads.ts'
import { googleAdsAudience } from './type/google-ads-audience.ts'
import { hubspot } from './type/hubspot.ts'
import { javascript } from './type/javascript.ts'
import { kafkaRest } from './type/kafka-rest.ts'
import { klaviyo } from './type/klaviyo.ts'
import { metaConversions } from './type/meta-conversions.ts'
import { mixpanel } from './type/mixpanel.ts'
import { s3 } from './type/s3.ts'
import { salesforce } from './type/salesforce.ts'
import { segment } from './type/segment.ts'
import { slack } from './type/slack.ts'
import { webhook } from './type/webhook.ts'

/** Every kind of destination, in the order of the documentation. What is not here does not exist. */
export const destinationTypes: readonly DestinationType[] = [
  webhook,
  segment,
  slack,
  ga4,
  metaConversions,
  googleAds,
  googleAdsAudience,
  hubspot,
  salesforce,
  klaviyo,
  braze,
  mixpanel,
  amplitude,
  kafkaRest,
  s3,
]

/** With what only plugins are delivered as. */
const byName = new Map([...destinationTypes, javascript].map((type) => [type.type, type]))

export function destinationType(type: string): DestinationType | undefined {
  return byName.get(type)
}
