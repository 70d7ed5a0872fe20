import { z } from 'zod'
import { definePlugin, Writes } from '../manifest.ts'
import { Options } from '../remote-settings.ts'

/** Characters of code that a plugin may have; docs/pipeline.md says what it may do. */
const MOST_CODE_CHARS = 64 * 1024

export const Code = z
  .string()
  .min(1)
  .max(MOST_CODE_CHARS)
  .meta({ description: 'An ES module: `export function onEvent(event, { settings })` or `onBatch(events, context)`' })

export const AllowedHosts = z
  .array(
    z
      .string()
      .regex(/^[a-z0-9.-]+(?::\d{1,5})?$/, 'must be the name of a host in lower case')
      .max(253),
  )
  .max(20)
  .default([])
  .meta({ description: 'Hosts that it may fetch from; none unless named' })

export const CodeSecret = z
  .string()
  .min(1)
  .max(2_000)
  .optional()
  .meta({ description: 'One secret for the code, such as the key of an API: it finds it in `settings.secret`' })

export const javascript = definePlugin({
  name: 'javascript',
  title: 'JavaScript',
  about: 'Runs code of yours over each batch of events, in an isolate without access to anything else.',
  kind: 'blocking',
  settings: z.strictObject({
    code: Code,
    writes: Writes.default([]),
    allow: AllowedHosts,
    options: Options,
    secret: CodeSecret,
  }),
  secrets: ['secret'],
  writes: 'settings',
  code: { by: 'customer-code' },
})
