import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DeadLetterSelection } from './dead-letter-selection.ts'

export const replayDeadLetters = defineContract({
  name: 'replayDeadLetters',
  method: 'post',
  path: '/api/v1/dead-letters:replay',
  group: 'Operations',
  scope: 'dead-letters:write',
  summary: 'Send dead letters through the pipeline again',
  description:
    'A job. What goes through leaves the list; what fails again comes back as a new letter. Each keeps its messageId, so ' +
    'what was applied in the meantime is a duplicate and changes nothing.',
  body: DeadLetterSelection,
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: [],
})
