import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { at, normalised } from '../../transform/mapping.ts'
import { type Delivery, textIn } from '../delivery.ts'
import { type DestinationTools, defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { DELIVERED, fieldOf, jsonIn, readStatus, reasonOf, refused, retry } from '../verdict.ts'
import { numberIn, present, propertiesIn, whoIn } from '../who.ts'

const CustomerId = z.string().regex(/^\d{10}$/, 'must be ten digits, without dashes')
/** Sent twice is what at least once means; Google keeps one. */
const THERE_ALREADY = /ALREADY_EXISTS|DUPLICATE_ORDER_ID|ORDER_ID_ALREADY_IN_USE/

/** https://developers.google.com/google-ads/api/docs/conversions/upload-offline: by click, or by hashed e-mail and phone. */
export const googleAds = defineDestination({
  type: 'google-ads',
  title: 'Google Ads',
  about:
    'Offline conversions, by click id or hashed identifiers. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    customerId: CustomerId,
    loginCustomerId: CustomerId.optional(),
    conversionActionId: z.string().regex(/^\d{1,20}$/, 'must be digits'),
    developerToken: z.string().min(1).max(200),
    clientId: z.string().min(1).max(300),
    clientSecret: z.string().min(1).max(300),
    refreshToken: z.string().min(1).max(500),
    apiVersion: z
      .string()
      .regex(/^v\d{1,3}$/)
      .default('v21'),
  }),
  secrets: ['developerToken', 'clientSecret', 'refreshToken'],
  takes: ['track'],
  token: {
    call: ({ clientId, clientSecret, refreshToken }) => ({
      method: 'POST',
      url: 'https://oauth2.googleapis.com/token',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: Object.entries({
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
      })
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join('&'),
    }),
    read(reply) {
      const [token, seconds] = ['access_token', 'expires_in'].map((name) => fieldOf(jsonIn(reply), name))
      if (typeof token === 'string') return { token, holdsMs: (numberIn(seconds) ?? 3_600) * 1_000 }
      return retry(`access token: ${reasonOf(reply)}`)
    },
  },
  call: single((delivery, settings, tools) => {
    const { customerId, loginCustomerId, conversionActionId, developerToken, apiVersion } = settings
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
    const url = `https://googleads.googleapis.com/${apiVersion}/customers/${customerId}:uploadClickConversions`
    return jsonPost(
      url,
      { conversions: [conversion], partialFailure: true },
      {
        Authorization: `Bearer ${tools.accessToken ?? ''}`,
        'developer-token': developerToken,
        ...(loginCustomerId === undefined ? {} : { 'login-customer-id': loginCustomerId }),
      },
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

function identifiedBy(delivery: Delivery, { sha256 }: DestinationTools) {
  const properties = propertiesIn(delivery)
  for (const name of ['gclid', 'gbraid', 'wbraid']) {
    const click = textIn(properties[name]) ?? textIn(at(delivery.data, `context.campaign.${name}`))
    if (click !== undefined) return { [name]: click }
  }
  const { email, phone } = whoIn(delivery)
  const userIdentifiers = [
    ...(email === undefined ? [] : [{ hashedEmail: sha256(normalised(email, 'email')) }]),
    // E.164, the plus sign included.
    ...(phone === undefined ? [] : [{ hashedPhoneNumber: sha256(`+${normalised(phone, 'phone')}`) }]),
  ]
  return userIdentifiers.length === 0 ? undefined : { userIdentifiers }
}
