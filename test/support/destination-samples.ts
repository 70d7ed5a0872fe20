import { destinationTools } from '../../platform/destination-tools.ts'
import type { Delivery, DeliveryType } from '../../shared/destination/delivery.ts'
import type { DestinationType } from '../../shared/destination/destination-type.ts'
import { destinationType } from '../../shared/destination/index.ts'
import { mapDelivery } from '../../shared/destination/map-delivery.ts'
import type { Reply } from '../../shared/destination/verdict.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'

/** Settings of every type, as a person would give them; secrets are recognisable. */
export const SETTINGS: Readonly<Record<string, JsonObject>> = {
  webhook: { url: 'https://hooks.example.com/in', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  segment: { writeKey: 'secret-write-key' },
  slack: { webhookUrl: 'https://hooks.slack.com/services/T0/B0/secret-hook' },
  ga4: { measurementId: 'G-ABC123', apiSecret: 'secret-api' },
  'meta-conversions': { pixelId: '1234', accessToken: 'secret-token' },
  'google-ads': {
    customerId: '1234567890',
    conversionActionId: '55',
    developerToken: 'secret-developer',
    clientId: 'client',
    clientSecret: 'secret-client',
    refreshToken: 'secret-refresh',
  },
  'google-ads-audience': {
    customerId: '1234567890',
    userListId: '77',
    developerToken: 'secret-developer',
    clientId: 'client',
    clientSecret: 'secret-client',
    refreshToken: 'secret-refresh',
  },
  hubspot: { accessToken: 'secret-pat', events: { 'Order Completed': 'pe1_order' } },
  salesforce: {
    instanceUrl: 'https://acme.my.salesforce.com/',
    clientId: 'client',
    clientSecret: 'secret-client',
    externalId: 'Tributary_Id__c',
  },
  klaviyo: { apiKey: 'pk_secret' },
  braze: { endpoint: 'https://rest.iad-01.braze.com', apiKey: 'secret-braze' },
  mixpanel: { projectId: '77', user: 'service', secret: 'secret-mixpanel' },
  amplitude: { apiKey: 'secret-amplitude' },
  'kafka-rest': { url: 'https://kafka.example.com', topic: 'events', user: 'u', password: 'secret-kafka' },
  s3: { bucket: 'acme-events', accessKey: 'AKIA', secretKey: 'secret-s3' },
}

/** Noon, so that nothing rounds. */
export const NOW = Date.UTC(2026, 2, 15, 12)

export function typeNamed(name: string): DestinationType {
  const type = destinationType(name)
  if (!type) throw new Error(`there is no type ${name}`)
  return type
}

export function settingsFor(type: DestinationType, more: JsonObject = {}): JsonObject {
  return type.settings.parse({ ...SETTINGS[type.type], ...more }) as JsonObject
}

export function aDelivery(type: DeliveryType, data: JsonObject = {}, key = 'src_1:m1'): Delivery {
  const at = NOW - 60_000
  const profile = {
    id: 'prf_1',
    identifiers: [
      { type: 'anonymous_id', value: 'anon' },
      { type: 'user_id', value: 'u1' },
      { type: 'email', value: 'ada@example.com' },
    ],
    traits: { email: 'Ada@Example.com', phone: '+15551234567', firstName: 'Ada', lastName: 'Lovelace', plan: 'pro' },
  }
  return { key, type, at, data: { messageId: 'm1', context: {}, timestamp: toIso(at), profile, ...data } }
}

export function callOf(type: DestinationType, deliveries: readonly Delivery[], settings = settingsFor(type)) {
  const tools = destinationTools(NOW, type.token && 'the-access-token')
  const mapped = deliveries.map((delivery) => mapDelivery(delivery, type.defaultMapping, tools.sha256))
  return type.call(
    mapped.filter((one): one is Delivery => 'data' in one),
    settings,
    tools,
  )
}

export function reply(status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
}
