import { z } from 'zod'
import { EVENT_TYPES } from '../event/event.ts'
import { OUTCOME_KINDS } from '../pipeline/trace.ts'
import { defineContract } from './contract.ts'
import { EventLine } from './event-line.ts'
import { EventsCursor, LimitParameter } from './query.ts'

export const listEvents = defineContract({
  name: 'listEvents',
  method: 'get',
  path: '/api/v1/events',
  group: 'Operations',
  scope: 'events:read',
  summary: 'The newest events of the workspace and what became of each, newest first',
  description:
    'From the trace: 7 days, and above 60,000 events a minute a sample of what went well. Nothing of their content. ' +
    'A page may be shorter than its limit; the list ends where `cursor` is null.',
  query: z.object({
    outcome: z.enum(OUTCOME_KINDS).optional(),
    source: z.string().max(255).optional(),
    type: z.enum(EVENT_TYPES).optional(),
    name: z.string().max(512).optional().meta({ description: 'Exactly this name' }),
    profile: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'A canonical ID; or `type:value`, for tokens that have `profiles:read` as well' }),
    cursor: EventsCursor,
    limit: LimitParameter,
  }),
  reply: z.object({ events: z.array(EventLine), cursor: z.string().nullable() }),
  failures: ['forbidden'],
})
