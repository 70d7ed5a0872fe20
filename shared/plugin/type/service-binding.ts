import { z } from 'zod'
import { definePlugin, Writes } from '../manifest.ts'
import { Options, ServiceBinding, ServiceSecret } from '../remote-settings.ts'

export const serviceBinding = definePlugin({
  name: 'service-binding',
  title: 'Worker beside this one',
  about:
    'Like a service by HTTP, for a Worker that the operator bound as `PLUGIN_…` in wrangler.toml: no network between.',
  kind: 'blocking',
  settings: z.strictObject({
    binding: ServiceBinding,
    secret: ServiceSecret.optional(),
    writes: Writes.default([]),
    options: Options,
  }),
  secrets: ['secret'],
  writes: 'settings',
  code: { by: 'binding' },
})
