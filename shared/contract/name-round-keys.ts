import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CompactorName, RoundNumber } from './lake-round.ts'

/** Names that one call may ask for. */
export const MOST_NAMES = 10_000

export const nameRoundKeys = defineContract({
  name: 'nameRoundKeys',
  method: 'post',
  path: '/api/v1/lake/rounds/{round}/names',
  group: 'Operations',
  scope: 'lake:export',
  summary:
    'Identifiers, canonical IDs and messageIds of a round as the hourly index keeps them, and who of them was erased',
  params: z.object({ round: RoundNumber }),
  body: z.strictObject({
    by: CompactorName,
    names: z
      .array(z.tuple([z.string().max(100), z.string().max(10_000)]))
      .max(MOST_NAMES)
      .meta({ description: 'Type and value; `$canonical` and `$message` for IDs of profiles and messages' }),
  }),
  reply: z.object({
    keys: z.array(z.string()).meta({ description: 'In the order of the names' }),
    erased: z.array(z.tuple([z.int(), z.int().nullable()])).meta({
      description:
        'Places of names of people who were erased: lines that carry one and arrived until then (null: all) may not be kept',
    }),
  }),
  failures: ['conflict'],
})
