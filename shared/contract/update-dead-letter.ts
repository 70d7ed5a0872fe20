import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DeadLetterDocument } from './list-dead-letters.ts'
import { DeadLetterReference } from './read-dead-letter.ts'

export const updateDeadLetter = defineContract({
  name: 'updateDeadLetter',
  method: 'put',
  path: '/api/v1/dead-letters/{id}',
  group: 'Operations',
  scope: 'dead-letters:write',
  summary: 'Mend the event of a dead letter, before it is replayed',
  description:
    'The event as a client would send it. Its messageId stays what it was. 422 for a letter that holds no event, and for an ' +
    'event that would be rejected, with the field.',
  params: DeadLetterReference,
  body: z.strictObject({ event: z.record(z.string(), z.json()) }),
  reply: DeadLetterDocument,
  failures: ['not_found', 'unprocessable'],
})
