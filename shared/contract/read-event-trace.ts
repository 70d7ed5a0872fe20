import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readEventTrace = defineContract({
  name: 'readEventTrace',
  method: 'get',
  path: '/api/v1/events/{messageId}/trace',
  group: 'Operations',
  scope: 'profiles:read',
  summary: 'Where did my event go? Every step of every copy of a message, with the reason',
  description:
    'Kept for 7 days. Above 60,000 events a minute only a sample of what went well is kept; failures always are.',
  params: z.object({ messageId: z.string().min(1).max(400) }),
  reply: z.object({
    messageId: z.string(),
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
