import fc from 'fast-check'
import type { Event } from '../event/event.ts'
import { cleanJson, type JsonObject, type JsonValue } from '../kernel/json.ts'
import type { Geo } from './geo.ts'

/** Events with the fields that enrichments look at, sometimes as SDKs send them and sometimes anything at all. */
const USER_AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'curl/8.1',
]
const any = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
const or = (real: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: real }, { weight: 1, arbitrary: any })
const sometimes = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] })

const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'utm_source',
        'utm_medium',
        'utm_campaign',
        'UTM_Content',
        'utm___proto__',
        'gclid',
        'fbclid',
        'q',
        '%',
      ),
      fc.oneof(
        fc.constantFrom('cpc', 'email', 'chatgpt.com', '%E0%A4%A', '%00%ED%A0%80'),
        fc.string({ unit: 'binary' }),
      ),
    ),
    { maxLength: 6 },
  )
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))
const site = fc.constantFrom('shop.example.co.uk', 'www.google.de', 'mail.google.com', 'claude.ai', 'x', '::1')
const address = fc.oneof(
  fc
    .tuple(fc.constantFrom('https', 'android-app', ''), site, query)
    .map(([scheme, host, q]) => `${scheme}://${host}/?${q}`),
  fc.string(),
)
const page = sometimes({
  url: or(address),
  search: or(query.map((q) => `?${q}`)),
  referrer: or(fc.oneof(address, fc.constantFrom('', '$direct'))),
})
const brand = fc.record({
  brand: or(fc.constantFrom('Chromium', 'Google Chrome', 'Not?A_Brand')),
  version: or(fc.constant('131')),
})
const hints = sometimes({
  brands: or(fc.array(brand, { maxLength: 3 })),
  fullVersionList: or(fc.array(brand, { maxLength: 3 })),
  mobile: or(fc.boolean()),
  platform: or(fc.constantFrom('Windows', 'macOS', 'Android', '')),
  platformVersion: or(fc.constantFrom('15.0.0', '0.1', '14', 'x')),
  model: or(fc.constantFrom('', 'Pixel 8')),
})
const named = or(fc.record({ name: fc.constantFrom('', 'Safari'), version: fc.constantFrom('', '1') }))

const context = sometimes({
  userAgent: or(fc.constantFrom(...USER_AGENTS, '')),
  userAgentData: or(hints),
  page: or(page),
  browser: named,
  os: named,
  device: or(
    sometimes({
      id: fc.string(),
      type: fc.constantFrom('ios', ''),
      model: fc.constantFrom('', 'M1'),
      manufacturer: or(fc.constant('Apple')),
    }),
  ),
  location: or(fc.constantFrom({}, { country: 'FR' }, { country: '' })),
  timezone: or(fc.constantFrom('Europe/Paris', '')),
  network: or(fc.constantFrom({}, { wifi: true }, { asn: 1 })),
  campaign: or(fc.constantFrom({}, { name: 'x' })),
  clickIds: or(fc.constantFrom({}, { gclid: 'sent' })),
  referrer: or(fc.constantFrom({}, '', 'https://a.example', { id: 'x' }, { url: 'https://a.example' })),
  bot: or(fc.constantFrom({}, false, { verdict: 'bot' })),
  library: or(fc.constantFrom({ name: 'analytics.js' }, { name: 'analytics-kotlin' })),
  webdriver: fc.boolean(),
})
const amount = or(
  fc.oneof(fc.double(), fc.integer(), fc.constantFrom('12.50', '1,234.50', ' 7 ', '1e3', '0.1', '9'.repeat(60))),
)
const properties = fc.oneof(
  sometimes({
    currency: or(fc.constantFrom('EUR', 'usd', ' jpy ', 'XXX', 'dollars', '')),
    revenue: amount,
    value: amount,
    total: amount,
    revenue_base: amount,
    base_currency: or(fc.constantFrom('EUR', 'USD', '')),
    url: or(address),
    referrer: or(address),
  }),
  fc.constant(undefined),
)

export const arbitraryEvent: fc.Arbitrary<Event> = fc
  .record({ type: fc.constantFrom('track', 'page', 'screen', 'identify'), context, properties })
  .map(({ type, context, properties }) => ({
    source: 'src_web',
    messageId: 'm1',
    type: type as Event['type'],
    ...(type === 'track' ? { name: 'Paid' } : {}),
    userId: 'u',
    context: cleanJson(context as JsonObject),
    ...(properties ? { properties: cleanJson(properties as JsonObject) } : {}),
    timestamp: 1,
    receivedAt: 1,
    flags: [],
  }))

export const arbitraryGeo: fc.Arbitrary<Geo | undefined> = fc.constantFrom<(Geo | undefined)[]>(
  undefined,
  { country: 'DE' },
  { country: 'DE', asn: 24940, region: 'Berlin', regionCode: 'BE', timezone: 'Europe/Berlin' },
  { country: 'US', asn: 1, city: 'Reno', postalCode: '89501', latitude: 39.5, longitude: -119.8 },
)
