import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DeadLetterDocument } from './list-dead-letters.ts'

export const DeadLetterReference = z.object({ id: z.string().min(1).max(1_000) })

export const readDeadLetter = defineContract({
  name: 'readDeadLetter',
  method: 'get',
  path: '/api/v1/dead-letters/{id}',
  group: 'Operations',
  scope: 'dead-letters:read',
  summary: 'One dead letter, with the event that it holds',
  params: DeadLetterReference,
  reply: DeadLetterDocument.extend({
    event: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'As a client sent it, which is what PUT takes; null when the letter holds none' }),
  }),
  failures: ['not_found'],
})
