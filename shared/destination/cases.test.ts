import { describe, expect, test } from 'vitest'
import { aDelivery, callOf, NOW, reply, settingsFor, typeNamed } from '../../test/support/destination-samples.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { DeliveryType } from './delivery.ts'

/** Tables from the providers' published documentation: an event and its exact request, a reply and its verdict. */
interface Case {
  readonly name: string
  readonly type: string
  readonly kind: DeliveryType
  readonly data: JsonObject
  readonly expected: object
  readonly more?: JsonObject | undefined
}
type Row = readonly [
  name: string,
  type: string,
  kind: DeliveryType,
  data: JsonObject,
  expected: object,
  more?: JsonObject,
]
const order = { event: 'Order Completed', properties: { order_id: 'o1', revenue: 12.5, currency: 'EUR', coupon: 'X' } }
const at = NOW - 60_000

const rows: readonly Row[] = [
  [
    'a track is a call of the batch, without the profile',
    'segment',
    'track',
    order,
    {
      method: 'POST',
      url: 'https://api.segment.io/v1/batch',
      headers: { Authorization: `Basic ${Buffer.from('secret-write-key:').toString('base64')}` },
      body: {
        batch: [
          {
            type: 'track',
            messageId: 'm1',
            ...order,
            userId: 'u1',
            anonymousId: 'anon',
            context: {},
            timestamp: '2026-03-15T11:59:00.000Z',
          },
        ],
        sentAt: '2026-03-15T12:00:00.000Z',
      },
    },
  ],
  [
    'Europe has its own address',
    'segment',
    'identify',
    {},
    { url: 'https://events.eu1.segmentapis.com/v1/batch' },
    { region: 'eu' },
  ],
  [
    'a line, with what would ping a channel made harmless',
    'slack',
    'track',
    { event: '<!channel> & co' },
    {
      url: 'https://hooks.slack.com/services/T0/B0/secret-hook',
      body: { text: '*&lt;!channel&gt; &amp; co* Ada@Example.com' },
    },
  ],
  [
    'an order is a purchase',
    'ga4',
    'track',
    order,
    {
      url: 'https://www.google-analytics.com/mp/collect?measurement_id=G-ABC123&api_secret=secret-api',
      body: {
        client_id: 'anon',
        user_id: 'u1',
        timestamp_micros: at * 1_000,
        events: [{ name: 'purchase', params: { currency: 'EUR', coupon: 'X', transaction_id: 'o1', value: 12.5 } }],
      },
    },
  ],
  [
    'any other event is a word',
    'ga4',
    'track',
    { event: '1st Visit!' },
    { body: { events: [{ name: 'st_Visit_', params: {} }] } },
  ],
  [
    'an order is a Purchase of somebody hashed',
    'meta-conversions',
    'track',
    order,
    {
      url: 'https://graph.facebook.com/v23.0/1234/events',
      headers: { Authorization: 'Bearer secret-token' },
      body: {
        data: [
          {
            event_name: 'Purchase',
            event_time: at / 1_000,
            event_id: 'm1',
            action_source: 'system_generated',
            user_data: { em: [expect.stringMatching(/^[0-9a-f]{64}$/)], ph: [expect.any(String)] },
            custom_data: { value: 12.5, currency: 'EUR', order_id: 'o1' },
          },
        ],
      },
    },
  ],
  [
    'who enters is put on the list',
    'google-ads-audience',
    'track',
    { event: 'big_spenders ENTER' },
    {
      url: 'https://googleads.googleapis.com/v26/customers/1234567890:uploadUserData',
      headers: { Authorization: 'Bearer the-access-token', 'developer-token': 'secret-developer' },
      body: {
        operations: [
          {
            create: {
              userIdentifiers: [
                { hashedEmail: expect.stringMatching(/^[0-9a-f]{64}$/) },
                { hashedPhoneNumber: expect.stringMatching(/^[0-9a-f]{64}$/) },
              ],
            },
          },
        ],
        customerMatchUserListMetadata: {
          userList: 'customers/1234567890/userLists/77',
          consent: { adUserData: 'GRANTED' },
        },
      },
    },
    { adUserData: 'GRANTED' },
  ],
  [
    'who leaves is taken off the list',
    'google-ads-audience',
    'track',
    { event: 'big_spenders EXIT' },
    { body: { operations: [{ remove: { userIdentifiers: [{}, {}] } }] } },
  ],
  [
    'an order is no membership',
    'google-ads-audience',
    'track',
    { event: 'Order Completed' },
    { skip: 'no_membership_of_a_person_with_email_or_phone' },
  ],
  [
    'a conversion by its click',
    'google-ads',
    'track',
    { event: 'Order Completed', properties: { gclid: 'click', revenue: '3', order_id: 'o1' } },
    {
      url: 'https://googleads.googleapis.com/v26/customers/1234567890:uploadClickConversions',
      headers: { Authorization: 'Bearer the-access-token', 'developer-token': 'secret-developer' },
      body: {
        conversions: [
          {
            gclid: 'click',
            conversionAction: 'customers/1234567890/conversionActions/55',
            conversionDateTime: '2026-03-15 11:59:00+00:00',
            conversionValue: 3,
            orderId: 'o1',
          },
        ],
        partialFailure: true,
      },
    },
  ],
  [
    'an identify is a contact by its e-mail',
    'hubspot',
    'identify',
    {},
    {
      url: 'https://api.hubapi.com/crm/v3/objects/contacts/batch/upsert',
      body: {
        inputs: [
          {
            idProperty: 'email',
            id: 'Ada@Example.com',
            properties: { email: 'Ada@Example.com', firstname: 'Ada', lastname: 'Lovelace', phone: '+15551234567' },
          },
        ],
      },
    },
  ],
  [
    'an event that has a name there',
    'hubspot',
    'track',
    order,
    { url: 'https://api.hubapi.com/events/v3/send', body: { eventName: 'pe1_order' } },
  ],
  ['an event that has none', 'hubspot', 'track', { event: 'Other' }, { skip: 'event_not_mapped' }],
  [
    'a record by its external id',
    'salesforce',
    'identify',
    {},
    {
      method: 'PATCH',
      url: 'https://acme.my.salesforce.com/services/data/v62.0/sobjects/Contact/Tributary_Id__c/prf_1',
      headers: { Authorization: 'Bearer the-access-token' },
      body: { LastName: 'Lovelace', FirstName: 'Ada', Email: 'Ada@Example.com' },
    },
  ],
  [
    'an event of a metric',
    'klaviyo',
    'track',
    order,
    {
      url: 'https://a.klaviyo.com/api/events',
      headers: { Authorization: 'Klaviyo-API-Key pk_secret', revision: '2024-10-15' },
      body: {
        data: {
          type: 'event',
          attributes: {
            unique_id: 'src_1:m1',
            value: 12.5,
            metric: { data: { type: 'metric', attributes: { name: 'Order Completed' } } },
            profile: { data: { type: 'profile', attributes: { email: 'Ada@Example.com', external_id: 'u1' } } },
          },
        },
      },
    },
  ],
  [
    'a custom event of a known user',
    'braze',
    'track',
    order,
    {
      url: 'https://rest.iad-01.braze.com/users/track',
      body: { events: [{ external_id: 'u1', name: 'Order Completed', time: '2026-03-15T11:59:00.000Z' }] },
    },
  ],
  [
    'attributes under the names it has',
    'braze',
    'identify',
    { traits: { firstName: 'Ada', plan: 'pro' } },
    { body: { attributes: [{ external_id: 'u1', first_name: 'Ada', plan: 'pro' }] } },
  ],
  [
    'a page is Viewed',
    'mixpanel',
    'page',
    { name: 'Home' },
    {
      url: 'https://api.mixpanel.com/import?strict=1&project_id=77',
      body: [
        { event: 'Viewed Home Page', properties: { time: at, distinct_id: 'u1', $user_id: 'u1', $device_id: 'anon' } },
      ],
    },
  ],
  [
    'an identify sets user properties',
    'amplitude',
    'identify',
    { traits: { plan: 'pro' } },
    { body: { events: [{ user_id: 'u1', event_type: '$identify', user_properties: { plan: 'pro' } }] } },
  ],
  [
    'a record keyed by the person',
    'kafka-rest',
    'track',
    order,
    {
      url: 'https://kafka.example.com/topics/events',
      headers: { 'Content-Type': 'application/vnd.kafka.json.v2+json' },
      body: { records: [{ key: 'prf_1', value: { id: 'src_1:m1', type: 'track' } }] },
    },
  ],
  [
    'a signed object under its hour',
    's3',
    'track',
    order,
    {
      method: 'PUT',
      url: expect.stringMatching(
        /^https:\/\/acme-events\.s3\.us-east-1\.amazonaws\.com\/tributary\/dt=2026-03-15\/hr=11\/[0-9a-f]{32}\.ndjson$/,
      ),
      headers: {
        'x-amz-date': '20260315T120000Z',
        Authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIA\/20260315\/us-east-1\/s3\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
        ),
      },
    },
  ],
]

const calls = rows.map(([name, type, kind, data, expected, more]): Case => ({ name, type, kind, data, expected, more }))

describe('an event is this request', () => {
  test.each(calls)('$name ($type)', ({ type: named, kind, data, expected, more }) => {
    const type = typeNamed(named)
    const call = callOf(type, [aDelivery(kind, data)], settingsFor(type, more))
    const shown = 'skip' in call ? call : { ...call, body: jsonOf(call.body) }
    expect(shown).toMatchObject(expected)
  })

  test('what is too old for an API is not sent to it', () => {
    const old = { ...aDelivery('track', order), at: NOW - 8 * 86_400_000 }
    expect(callOf(typeNamed('ga4'), [old])).toEqual({ skip: 'older_than_72_hours' })
    expect(callOf(typeNamed('meta-conversions'), [old])).toEqual({ skip: 'older_than_7_days' })
  })

  test('hashes are of the normal form', () => {
    const call = callOf(typeNamed('meta-conversions'), [aDelivery('track', order)])
    if ('skip' in call) throw new Error(call.skip)
    // printf ada@example.com | sha256sum
    expect(call.body).toContain('b5fc85e55755f9e0d030a10ab4429b6b2944855f')
  })
})

type Read = readonly [name: string, type: string, status: number, body: unknown, expected: string | readonly string[]]
const reads: readonly Read[] = [
  ['204', 'webhook', 204, '', 'delivered'],
  ['gone', 'webhook', 410, '', 'refused'],
  ['a redirect', 'webhook', 302, '', 'retry'],
  ['404, which may be a deployment', 'webhook', 404, '', 'retry'],
  ['200 that says no', 'segment', 200, { success: false, code: 'invalid' }, 'refused'],
  ['ok', 'slack', 200, 'ok', 'delivered'],
  ['an archived channel', 'slack', 410, 'channel_is_archived', 'refused'],
  ['invalid payload', 'slack', 400, 'invalid_payload', 'refused'],
  ['204 to everything', 'ga4', 204, '', 'delivered'],
  ['received', 'meta-conversions', 200, { events_received: 1, fbtrace_id: 'x' }, 'delivered'],
  ['none received', 'meta-conversions', 200, { events_received: 0 }, 'refused'],
  ['a wrong parameter', 'meta-conversions', 400, { error: { code: 100, message: 'Invalid parameter' } }, 'refused'],
  ['too many calls', 'meta-conversions', 400, { error: { code: 4, message: 'limit' } }, 'retry'],
  ['200 with an error body', 'google-ads', 200, { partialFailureError: { code: 3, message: 'too recent' } }, 'refused'],
  [
    'one that is there already',
    'google-ads',
    200,
    { partialFailureError: { code: 3, message: 'CLICK_CONVERSION_ALREADY_EXISTS' } },
    'delivered',
  ],
  ['taken', 'google-ads', 200, { results: [{}] }, 'delivered'],
  ['on the list', 'google-ads-audience', 200, { receivedOperationsCount: 1 }, 'delivered'],
  ['not allowed to', 'google-ads-audience', 400, { error: { message: 'CUSTOMER_MATCH_NOT_ALLOWED' } }, 'refused'],
  ['a token that is over', 'google-ads', 401, {}, 'retry'],
  ['several results, one of them wrong', 'hubspot', 207, { errors: [{ message: 'no' }] }, 'refused'],
  ['created', 'salesforce', 201, { success: true }, 'delivered'],
  ['several records', 'salesforce', 300, [], 'refused'],
  ['a locked row', 'salesforce', 400, [{ errorCode: 'UNABLE_TO_LOCK_ROW' }], 'retry'],
  ['a required field', 'salesforce', 400, [{ errorCode: 'REQUIRED_FIELD_MISSING' }], 'refused'],
  ['accepted', 'klaviyo', 202, '', 'delivered'],
  ['created, and not taken', 'braze', 201, { message: 'success', errors: [{ type: 'bad', index: 0 }] }, 'refused'],
  ['created', 'braze', 201, { message: 'success', events_processed: 1 }, 'delivered'],
  [
    'imported but for the second',
    'mixpanel',
    400,
    { failed_records: [{ index: 1, message: 'no time' }] },
    ['delivered', 'refused', 'delivered'],
  ],
  [
    'none taken because of the first',
    'amplitude',
    400,
    { events_with_invalid_fields: { time: [0] } },
    ['refused', 'retry', 'retry'],
  ],
  [
    'a record that may go again',
    'kafka-rest',
    200,
    {
      offsets: [
        { offset: 1, error_code: null },
        { error_code: 2, error: 'leader' },
        { error_code: 1, error: 'size' },
      ],
    },
    ['delivered', 'retry', 'refused'],
  ],
  ['slow down', 's3', 503, '<Error><Code>SlowDown</Code></Error>', 'retry'],
  ['another region', 's3', 301, '', 'refused'],
]

test.each(reads)('%s (%s)', (_, name, status, body, expected) => {
  const verdicts = typeNamed(name).read(reply(status, body), NOW, Array.isArray(expected) ? expected.length : 1)
  expect(Array.isArray(verdicts) ? verdicts.map(({ kind }) => kind) : (verdicts as { kind: string }).kind).toEqual(
    expected,
  )
})

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return text
  }
}
