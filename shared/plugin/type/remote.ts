import { z } from 'zod'
import { definePlugin, Writes } from '../manifest.ts'
import { Options, ServiceSecret, ServiceUrl } from '../remote-settings.ts'

export const remote = definePlugin({
  name: 'remote',
  title: 'Service by HTTP',
  about: 'Posts each batch of events to a service of yours, signed, and takes the fields that it answers with.',
  kind: 'blocking',
  settings: z.strictObject({ url: ServiceUrl, secret: ServiceSecret, writes: Writes.default([]), options: Options }),
  secrets: ['secret'],
  addresses: ['url'],
  writes: 'settings',
  code: { by: 'remote' },
})
