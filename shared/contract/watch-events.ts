import { z } from 'zod'
import { LIVE_PER_SECOND, LiveFilter } from '../pipeline/live.ts'
import { defineContract } from './contract.ts'

/** `a,b`: a list in a query; a name with a comma is asked for by a message. */
function listOf<T extends string>(item: z.ZodType<T, string>) {
  return z
    .string()
    .max(1_000)
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(item))
    .meta({ description: 'One or more, separated by commas' })
    .optional()
}

const { types, outcomes, profile, text } = LiveFilter.shape
const name = z.string().min(1).max(255)

export const watchEvents = defineContract({
  name: 'watchEvents',
  method: 'get',
  path: '/api/v1/events/live',
  group: 'Operations',
  scope: 'events:read',
  masking: 'own',
  summary: 'Watch events as they are decided: a WebSocket',
  description:
    `At most ${LIVE_PER_SECOND} events a second and connection; \`{"type":"gap","skipped":n}\` says how many were not shown. ` +
    'Browsers, which cannot set a header, offer the protocols `tributary` and `token.tk_…`. Payloads are sent to tokens ' +
    'that have `profiles:read` as well. The messages are described in docs/trace.md.',
  query: z.object({
    events: listOf(name),
    sources: listOf(name),
    types: listOf(types.unwrap().element),
    outcomes: listOf(outcomes.unwrap().element),
    profile,
    text,
    figures: z
      .enum(['1', 'true', '0', 'false'])
      .optional()
      .meta({ description: 'Tells as well how the workspace is doing, every two seconds' }),
  }),
  status: 101,
  reply: z.string().meta({ description: 'Messages, each one JSON object' }),
  failures: [],
})
