import { z } from 'zod'
import { DAY } from '../../kernel/instant.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { at, normalised } from '../../transform/mapping.ts'
import { textIn } from '../delivery.ts'
import { type DestinationTools, defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { DELIVERED, fieldOf, jsonIn, readStatus, reasonOf, refused, retry } from '../verdict.ts'
import { nameIn, numberIn, present, propertiesIn, type Who, whoIn } from '../who.ts'

const NAMES: Readonly<Record<string, string>> = {
  'Order Completed': 'Purchase',
  'Product Added': 'AddToCart',
  'Product Viewed': 'ViewContent',
  'Checkout Started': 'InitiateCheckout',
  'Payment Info Entered': 'AddPaymentInfo',
  'Products Searched': 'Search',
  'Signed Up': 'CompleteRegistration',
  'Lead Generated': 'Lead',
}
/** Codes of the Graph API that pass: unknown, service, rate limits; 190 is a token that somebody may renew. */
const PASSING: readonly number[] = [1, 2, 4, 17, 32, 190, 341, 368, 613, 80_000, 80_004]

/** https://developers.facebook.com/docs/marketing-api/conversions-api. An event that is wrong refuses its whole request. */
export const metaConversions = defineDestination({
  type: 'meta-conversions',
  title: 'Meta Conversions API',
  about: 'Conversions to a Meta pixel, personal data hashed. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    pixelId: z.string().regex(/^\d{1,30}$/, 'must be digits'),
    accessToken: z.string().min(1).max(1_000),
    apiVersion: z
      .string()
      .regex(/^v\d{1,3}\.0$/)
      .default('v23.0'),
    testEventCode: z.string().max(100).optional(),
  }),
  secrets: ['accessToken'],
  takes: ['track', 'page'],
  call: single((delivery, { pixelId, accessToken, apiVersion, testEventCode }, { now, sha256 }) => {
    if (now - delivery.at > 7 * DAY) return skip('older_than_7_days')
    const { data } = delivery
    const properties = propertiesIn(delivery)
    const page = textIn(at(data, 'context.page.url'))
    const event = {
      event_name: delivery.type === 'page' ? 'PageView' : eventName(nameIn(delivery)),
      event_time: Math.floor(delivery.at / 1_000),
      event_id: textIn(data['messageId']) ?? delivery.key,
      action_source: page === undefined ? 'system_generated' : 'website',
      ...present({ event_source_url: page }),
      user_data: {
        ...hashed(whoIn(delivery), sha256),
        ...present({
          client_ip_address: textIn(at(data, 'context.ip')),
          client_user_agent: textIn(at(data, 'context.userAgent')),
          fbc: textIn(properties['fbc']),
          fbp: textIn(properties['fbp']),
        }),
      },
      custom_data: present({
        value: numberIn(properties['revenue'] ?? properties['total'] ?? properties['value']),
        currency: textIn(properties['currency']),
        order_id: textIn(properties['order_id']),
      }),
    }
    const test = present({ test_event_code: testEventCode })
    return jsonPost(
      `https://graph.facebook.com/${apiVersion}/${pixelId}/events`,
      { data: [event], ...test },
      {
        Authorization: `Bearer ${accessToken}`,
      },
    )
  }),
  read(reply, now) {
    const error = fieldOf(jsonIn(reply), 'error')
    if (error !== undefined) {
      const passes = PASSING.includes(Number(fieldOf(error, 'code'))) || fieldOf(error, 'is_transient') === true
      return passes || reply.status >= 500 ? retry(reasonOf(reply)) : refused(reasonOf(reply))
    }
    const received = fieldOf(jsonIn(reply), 'events_received')
    if (reply.status === 200 && received === 0) return refused(reasonOf(reply))
    return reply.status === 200 ? DELIVERED : readStatus(reply, now)
  },
})

function eventName(name: string): string {
  return (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) ?? name
}

function hashed({ email, phone, userId, profile, traits }: Who, sha256: DestinationTools['sha256']) {
  const of = (text: JsonValue | undefined, how: 'email' | 'phone') => {
    const normal = normalised(textIn(text) ?? '', how)
    return normal === '' ? undefined : [sha256(normal)]
  }
  return present({
    em: of(email, 'email'),
    ph: of(phone, 'phone'),
    fn: of(traits['firstName'] ?? traits['first_name'], 'email'),
    ln: of(traits['lastName'] ?? traits['last_name'], 'email'),
    external_id: [sha256(userId ?? profile)],
  })
}
