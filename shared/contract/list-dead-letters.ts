import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DeadLetterSelection } from './dead-letter-selection.ts'
import { CursorParameter, InstantParameter, LimitParameter } from './query.ts'

export const DeadLetterDocument = z
  .object({
    id: z.string().meta({ description: 'The copy, or the whole queue message when that failed' }),
    messageId: z.string().nullable(),
    source: z.string().nullable().meta({ description: 'As far as the body says it, as the following' }),
    type: z.string().nullable(),
    name: z.string().nullable(),
    destination: z.string().nullable().meta({ description: 'Of stage `destination`: who did not take it' }),
    stage: z.string(),
    reason: z.string(),
    at: z.string().meta({ description: 'When it arrived', format: 'date-time' }),
    attempts: z.int(),
    trace: z.string().nullable().meta({ description: 'Where its trace is read' }),
    body: z.json().meta({ description: 'As accepted; text when it is no JSON' }),
  })
  .meta({ id: 'DeadLetter' })

const { stage, reason, source, event, text } = DeadLetterSelection.shape

/** What narrows letters in a query. */
export const DeadLetterFilter = z.object({
  stage,
  reason,
  source,
  event,
  text,
  from: InstantParameter.optional().meta({ description: 'Arrived at or after' }),
  to: InstantParameter.optional().meta({ description: 'Arrived at or before' }),
})

export const listDeadLetters = defineContract({
  name: 'listDeadLetters',
  method: 'get',
  path: '/api/v1/dead-letters',
  group: 'Operations',
  scope: 'dead-letters:read',
  summary: 'What could not be processed, newest first, with stage and reason',
  query: DeadLetterFilter.extend({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ deadLetters: z.array(DeadLetterDocument), cursor: z.string().nullable() }),
  failures: [],
})
