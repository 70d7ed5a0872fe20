import { z } from 'zod'
import { HOUR } from '../../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/json.ts'
import { textIn } from '../delivery.ts'
import { defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { readStatus } from '../verdict.ts'
import { nameIn, numberIn, present, propertiesIn, whoIn } from '../who.ts'

/** Events of commerce that Google has a name for. */
const NAMES: Readonly<Record<string, string>> = {
  'Order Completed': 'purchase',
  'Order Refunded': 'refund',
  'Product Added': 'add_to_cart',
  'Product Removed': 'remove_from_cart',
  'Product Viewed': 'view_item',
  'Product List Viewed': 'view_item_list',
  'Checkout Started': 'begin_checkout',
  'Products Searched': 'search',
  'Signed Up': 'sign_up',
  'Signed In': 'login',
}
const HOSTS = { global: 'www', eu: 'region1' } as const

/** https://developers.google.com/analytics/devguides/collection/protocol/ga4 */
export const ga4 = defineDestination({
  type: 'ga4',
  title: 'Google Analytics 4',
  about:
    'Measurement Protocol. Google answers 204 to everything, valid or not. Built from its documentation; not verified.',
  settings: z.strictObject({
    measurementId: z.string().regex(/^G-[A-Z0-9]{4,20}$/, 'must look like G-XXXXXXXXXX'),
    apiSecret: z.string().min(1).max(200),
    region: z.enum(['global', 'eu']).default('global'),
  }),
  secrets: ['apiSecret'],
  takes: ['track', 'page', 'screen'],
  call: single((delivery, { measurementId, apiSecret, region }, { now }) => {
    if (now - delivery.at > 72 * HOUR) return skip('older_than_72_hours')
    const { anonymousId, userId, profile } = whoIn(delivery)
    // The API wants its secret in the address.
    const query = `measurement_id=${measurementId}&api_secret=${encodeURIComponent(apiSecret)}`
    return jsonPost(`https://${HOSTS[region]}.google-analytics.com/mp/collect?${query}`, {
      client_id: anonymousId ?? profile,
      ...present({ user_id: userId }),
      timestamp_micros: delivery.at * 1_000,
      events: [{ name: eventName(delivery.type, nameIn(delivery)), params: paramsOf(propertiesIn(delivery)) }],
    })
  }),
  read: readStatus,
})

function eventName(type: string, name: string): string {
  if (type === 'page') return 'page_view'
  if (type === 'screen') return 'screen_view'
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
  return known ?? wordOf(name)
}

/** Letters, digits and underscores, a letter first, 40 at most. */
function wordOf(name: string): string {
  const word = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^[^A-Za-z]+/, '')
  return (word === '' ? 'event' : word).slice(0, 40)
}

/** 25 parameters of 100 characters; what is nested is left out, but for products. */
function paramsOf(properties: JsonObject): JsonObject {
  const known = present({
    transaction_id: textIn(properties['order_id']),
    value: numberIn(properties['revenue'] ?? properties['total'] ?? properties['value']),
    currency: textIn(properties['currency']),
    search_term: textIn(properties['query']),
  })
  const products = properties['products']
  const items = Array.isArray(products)
    ? { items: (products as readonly JsonValue[]).slice(0, 200).flatMap(itemOf) }
    : {}
  const others = Object.entries(properties).flatMap(([name, value]) => {
    if (typeof value === 'object' || ['order_id', 'revenue', 'total', 'query'].includes(name)) return []
    return [
      [
        wordOf(name),
        typeof value === 'string' ? value.slice(0, 100) : typeof value === 'boolean' ? String(value) : value,
      ],
    ]
  })
  return { ...Object.fromEntries([...others, ...Object.entries(known)].slice(-25)), ...items } as JsonObject
}

function itemOf(product: JsonValue): readonly JsonObject[] {
  if (!isObject(product)) return []
  return [
    present({
      item_id: textIn(product['product_id'] ?? product['sku']),
      item_name: textIn(product['name']),
      price: numberIn(product['price']),
      quantity: numberIn(product['quantity']),
    }),
  ]
}
