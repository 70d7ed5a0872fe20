import { z } from 'zod'
import { parseInstant } from '../kernel/instant.ts'
import { defineContract } from './contract.ts'

export const readEventTrace = defineContract({
  name: 'readEventTrace',
  method: 'get',
  path: '/api/v1/events/{messageId}/trace',
  group: 'Operations',
  scope: 'profiles:read',
  summary: 'Where did my event go? Every step of every copy of a message, with the reason',
  description:
    'Kept for 7 days. Above 60,000 events a minute only a sample of what went well is kept; failures always are. What it ' +
    'has no line of is looked for in the archive (`from` is `archive`): which copies there were, whose they were and what ' +
    'became of them, without what stages and destinations said. Of much data only the newest days are looked through, ' +
    'unless `day` says on which one it arrived.',
  params: z.object({ messageId: z.string().min(1).max(400) }),
  query: z.object({
    day: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/, { error: 'must be a day such as 2026-11-21', abort: true })
      .refine((day) => parseInstant(day) !== undefined, 'is no day of the calendar')
      .optional()
      .meta({ description: 'UTC, on which it arrived, for what the trace has forgotten' }),
  }),
  reply: z.object({
    messageId: z.string(),
    from: z.enum(['trace', 'archive']),
    outcome: z.enum(['applied', 'duplicate', 'dropped', 'rejected', 'dead_letter']),
    steps: z.array(
      z.object({
        step: z.string(),
        outcome: z.string().optional(),
        reason: z.string().optional(),
        at: z.string().meta({ format: 'date-time' }),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
  }),
  failures: ['not_found'],
})
