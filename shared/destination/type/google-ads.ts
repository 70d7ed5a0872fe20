import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { at } from '../../transform/mapping.ts'
import { type Delivery, textIn } from '../delivery.ts'
import { type DestinationTools, defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { DELIVERED, fieldOf, jsonIn, readStatus, reasonOf, refused } from '../verdict.ts'
import { numberIn, present, propertiesIn } from '../who.ts'
import {
  ACCOUNT_SECRETS,
  accountHeaders,
  accountSettings,
  accountToken,
  accountUrl,
  userIdentifiers,
} from './google-ads-account.ts'

/** Sent twice is what at least once means; Google keeps one. */
const THERE_ALREADY = /ALREADY_EXISTS|DUPLICATE_ORDER_ID|ORDER_ID_ALREADY_IN_USE/

/** https://developers.google.com/google-ads/api/docs/conversions/upload-offline: by click, or by hashed e-mail and phone. */
export const googleAds = defineDestination({
  type: 'google-ads',
  title: 'Google Ads',
  about:
    'Offline conversions, by click id or hashed identifiers. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    ...accountSettings,
    conversionActionId: z.string().regex(/^\d{1,20}$/, 'must be digits'),
  }),
  secrets: ACCOUNT_SECRETS,
  takes: ['track'],
  token: accountToken,
  call: single((delivery, settings, tools) => {
    const { customerId, conversionActionId } = settings
    const identified = identifiedBy(delivery, tools)
    if (!identified) return skip('no_click_and_no_identifier')
    const properties = propertiesIn(delivery)
    const conversion = {
      ...identified,
      conversionAction: `customers/${customerId}/conversionActions/${conversionActionId}`,
      conversionDateTime: `${toIso(delivery.at).slice(0, 19).replace('T', ' ')}+00:00`,
      ...present({
        conversionValue: numberIn(properties['revenue'] ?? properties['total'] ?? properties['value']),
        currencyCode: textIn(properties['currency']),
      }),
      orderId: textIn(properties['order_id']) ?? delivery.key.slice(-64),
    }
    return jsonPost(
      accountUrl(settings, 'uploadClickConversions'),
      { conversions: [conversion], partialFailure: true },
      accountHeaders(settings, tools),
    )
  }),
  read(reply, now) {
    const failure: JsonValue | undefined = fieldOf(jsonIn(reply), 'partialFailureError')
    if (reply.status === 200 && failure !== undefined) {
      return THERE_ALREADY.test(reply.body) ? DELIVERED : refused(reasonOf(reply))
    }
    return readStatus(reply, now)
  },
})

function identifiedBy(delivery: Delivery, tools: DestinationTools) {
  const properties = propertiesIn(delivery)
  for (const name of ['gclid', 'gbraid', 'wbraid']) {
    const click = textIn(properties[name]) ?? textIn(at(delivery.data, `context.campaign.${name}`))
    if (click !== undefined) return { [name]: click }
  }
  const identifiers = userIdentifiers(delivery, tools)
  return identifiers.length === 0 ? undefined : { userIdentifiers: identifiers }
}
