import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DeadLetterFilter } from './list-dead-letters.ts'

/** Letters that are looked at for one answer, the newest; D1 is paid by the row. */
export const MOST_COUNTED = 10_000

/** Kinds of one answer: whoever has more narrows it. */
export const MOST_KINDS = 100

const Time = z.string().meta({ format: 'date-time' })

export const countDeadLetters = defineContract({
  name: 'countDeadLetters',
  method: 'get',
  path: '/api/v1/dead-letters:count',
  group: 'Operations',
  scope: 'dead-letters:read',
  summary: 'How many dead letters there are, by stage and reason, most first',
  description: `Of those that match; at most the newest ${MOST_COUNTED} are looked at and ${MOST_KINDS} kinds told, and then \`more\` is true.`,
  query: DeadLetterFilter,
  reply: z.object({
    total: z.int(),
    kinds: z.array(z.object({ stage: z.string(), reason: z.string(), count: z.int(), lastAt: Time })),
    more: z.boolean(),
  }),
  failures: [],
})
