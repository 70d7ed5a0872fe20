import { z } from 'zod'
import type { JsonValue } from '../kernel/json.ts'
import { defineContract } from './contract.ts'
import { PluginReference } from './plugin-document.ts'

/** JSON of any shape; zod's own type for it is mutable, ours is not. */
const Json: z.ZodType<JsonValue> = z.json()

export const testPlugin = defineContract({
  name: 'testPlugin',
  method: 'post',
  path: '/api/v1/plugins/{pluginId}/test',
  group: 'Operations',
  scope: 'plugins:write',
  masking: 'refused',
  summary: 'Ask a plugin about one event, which goes nowhere',
  description:
    'Of a blocking plugin, enabled or not: about the event that is given, as an SDK sends it; one that arrived (`messageId`); ' +
    'or the newest that arrived and that its filter names. The service or code is really called. Shows personal data.',
  params: PluginReference,
  body: z
    .strictObject({
      event: z.record(z.string(), z.json()).optional().meta({ description: '`{ "type": "track", "event": … }`' }),
      messageId: z.string().min(1).max(400).optional(),
    })
    .refine(({ event, messageId }) => event === undefined || messageId === undefined, {
      path: ['messageId'],
      message: 'cannot be given together with an event',
    })
    .default({}),
  reply: z.object({
    messageId: z.string(),
    outcome: z.enum(['changed', 'unchanged', 'dropped', 'failed', 'timeout']),
    reason: z.string().optional(),
    answer: Json.meta({ description: 'As it was read: `{ "kind": "set", "set": … }`' }),
    logs: z.array(z.object({ level: z.string(), text: z.string() })),
    tookMs: z.int(),
    before: z.record(z.string(), Json),
    after: z.record(z.string(), Json).nullable().meta({ description: 'null: it would go no further' }),
  }),
  failures: ['not_found', 'unprocessable'],
})
