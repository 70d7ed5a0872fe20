/** How each SDK is pointed here, as docs/sdks.md has it; tests send with these very versions. */
export interface SdkSnippet {
  readonly name: string
  readonly code: (host: string, writeKey: string) => string
}

export const SNIPPETS: readonly SdkSnippet[] = [
  {
    name: 'Segment, browser',
    code: (host, key) => `import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load({
  writeKey: '${key}',
  cdnURL: '${host}',
})

analytics.identify('user-1', { name: 'Ada Byron', email: 'ada@example.com' })
analytics.track('Order Completed', { total: 27.5 })`,
  },
  {
    name: 'Segment, Node',
    code: (host, key) => `import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '${key}', host: '${host}' })

analytics.identify({ userId: 'user-1', traits: { name: 'Ada Byron', email: 'ada@example.com' } })
analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { total: 27.5 } })
await analytics.closeAndFlush()`,
  },
  {
    name: 'RudderStack, browser',
    code: (host, key) => `import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'

const analytics = new RudderAnalytics()
analytics.load('${key}', '${host}', { configUrl: '${host}' })

analytics.identify('user-1', { name: 'Ada Byron', email: 'ada@example.com' })
analytics.track('Order Completed', { total: 27.5 })`,
  },
  {
    name: 'RudderStack, Node',
    code: (host, key) => `import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const analytics = new RudderAnalytics('${key}', { dataPlaneUrl: '${host}' })

analytics.identify({ userId: 'user-1', traits: { name: 'Ada Byron', email: 'ada@example.com' } })
analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { total: 27.5 } })
analytics.flush()`,
  },
  {
    name: 'Python',
    code: (host, key) => `import segment.analytics as analytics

analytics.write_key = '${key}'
analytics.host = '${host}'

analytics.identify('user-1', { 'name': 'Ada Byron', 'email': 'ada@example.com' })
analytics.track('user-1', 'Order Completed', { 'total': 27.5 })
analytics.flush()`,
  },
  {
    name: 'curl',
    code: (host, key) => `curl ${host}/v1/identify -u ${key}: \\
  -d '{ "userId": "user-1", "traits": { "name": "Ada Byron", "email": "ada@example.com" } }'

curl ${host}/v1/track -u ${key}: \\
  -d '{ "userId": "user-1", "event": "Order Completed", "properties": { "total": 27.5 } }'`,
  },
]
