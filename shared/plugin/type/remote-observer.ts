import { z } from 'zod'
import { definePlugin } from '../manifest.ts'
import { ServiceSecret, ServiceUrl } from '../remote-settings.ts'

export const remoteObserver = definePlugin({
  name: 'remote-observer',
  title: 'Observer by HTTP',
  about: 'Tells a service of yours what happened, after it happened: in order per person, repeated until it is taken.',
  kind: 'non-blocking',
  // Those of the webhook, which it is delivered as.
  settings: z.strictObject({ url: ServiceUrl, secret: ServiceSecret }),
  secrets: ['secret'],
  addresses: ['url'],
  code: { by: 'lane', destination: 'webhook' },
})
