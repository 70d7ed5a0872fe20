import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DeadLetterSelection } from './dead-letter-selection.ts'

export const discardDeadLetters = defineContract({
  name: 'discardDeadLetters',
  method: 'post',
  path: '/api/v1/dead-letters:discard',
  group: 'Operations',
  scope: 'dead-letters:write',
  summary: 'Take dead letters off the list for good',
  description: 'Their copies stay in the archive, with the outcome they had.',
  body: DeadLetterSelection,
  reply: z.object({ discarded: z.int() }),
  failures: [],
})
