/**
 * A server that tells Tributary what its customers do, with Segment's Node SDK as it comes:
 *
 *   npm start                        in one terminal
 *   node examples/send-events.mjs    in another
 */
import { Analytics } from '@segment/analytics-node'
import { tributary } from './tributary.mjs'

const { url, writeKey, apiToken } = tributary()
const analytics = new Analytics({ host: url, writeKey })
analytics.on('error', (error) => {
  console.error('not delivered:', error)
  process.exitCode = 1
})

// Before she signs in, Ann is a device; afterwards what she did there is hers.
analytics.page({ anonymousId: 'device-1', name: 'Pricing', properties: { path: '/pricing' } })
analytics.identify({
  userId: 'ann',
  anonymousId: 'device-1',
  traits: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', plan: 'pro' },
})
analytics.track({ userId: 'ann', event: 'Order Completed', properties: { total: 27.5, currency: 'EUR' } })
await analytics.closeAndFlush()

console.log('Sent. Ann, as Tributary knows her now:')
console.log(`  curl -H 'Authorization: Bearer ${apiToken ?? 'tk_…'}' ${url}/api/v1/profiles/user_id:ann`)
