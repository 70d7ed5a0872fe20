import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const DeadLetterDocument = z
  .object({
    id: z.string().meta({ description: 'The copy, or the whole queue message when that failed' }),
    messageId: z.string().nullable(),
    stage: z.string(),
    reason: z.string(),
    at: z.string().meta({ description: 'When it arrived', format: 'date-time' }),
    attempts: z.int(),
    body: z.json().meta({ description: 'As accepted; text when it is no JSON' }),
  })
  .meta({ id: 'DeadLetter' })

export const listDeadLetters = defineContract({
  name: 'listDeadLetters',
  method: 'get',
  path: '/api/v1/dead-letters',
  group: 'Operations',
  scope: 'dead-letters:read',
  summary: 'What could not be processed, newest first, with stage and reason',
  query: z.object({
    stage: z.string().max(100).optional(),
    reason: z.string().max(1_000).optional().meta({ description: 'Exactly this reason' }),
    cursor: CursorParameter,
    limit: LimitParameter,
  }),
  reply: z.object({ deadLetters: z.array(DeadLetterDocument), cursor: z.string().nullable() }),
  failures: [],
})
