import { mintWriteKey } from '../platform/hashing.ts'
import type { LoadRequest } from './http-load.ts'

/** The source that the bench's server has from the start (bench/workerd.ts), and one whose events pass no stage. */
export const SOURCE = 'src_bench0001'
export const PLAIN_SOURCE = 'src_bench0002'

const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

let serial = 0

export interface EventOptions {
  readonly people: number
  readonly type?: 'track' | 'identify'
}

/** About one kilobyte, as an SDK in a browser sends it; people take turns. */
export function anEvent({ people, type = 'track' }: EventOptions) {
  serial += 1
  const person = serial % people
  const context = {
    page: {
      url: `https://shop.example/products/${person}?utm_source=news&utm_medium=email&utm_campaign=spring`,
      path: `/products/${person}`,
      referrer: 'https://www.google.com/',
    },
    userAgent: USER_AGENT,
    ip: '198.51.100.7',
    library: { name: 'analytics.js', version: '4.1.0' },
  }
  const common = {
    type,
    userId: `user-${person}`,
    anonymousId: `anon-${person}`,
    messageId: `bench-${process.pid}-${serial}`,
    timestamp: new Date().toISOString(),
    context,
  }
  if (type === 'identify') {
    const traits = { email: `user-${person}@example.com`, name: `User ${person}`, plan: 'pro', note: 'x'.repeat(400) }
    return { ...common, traits }
  }
  const properties = { sku: `S-${serial % 50}`, title: 'x'.repeat(300), price: 12.5, currency: 'eur' }
  return { ...common, event: 'Product Viewed', properties }
}

/** One request of so many events. */
export function aRequest(events: number, options: EventOptions, source = SOURCE): LoadRequest {
  const headers = {
    Authorization: `Basic ${Buffer.from(`${mintWriteKey('bench', source)}:`).toString('base64')}`,
    'Content-Type': 'application/json',
    'User-Agent': USER_AGENT,
  }
  if (events === 1) {
    const event = anEvent(options)
    return { path: `/v1/${event.type}`, headers, body: JSON.stringify(event) }
  }
  const batch = Array.from({ length: events }, () => anEvent(options))
  return { path: '/v1/batch', headers, body: JSON.stringify({ batch, sentAt: new Date().toISOString() }) }
}
