import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CompactorName, RoundNumber } from './lake-round.ts'

export const giveUpLakeRound = defineContract({
  name: 'giveUpLakeRound',
  method: 'delete',
  path: '/api/v1/lake/rounds/{round}',
  group: 'Operations',
  scope: 'lake:write',
  summary: 'Give a round back: its objects wait for somebody else',
  params: z.object({ round: RoundNumber }),
  query: z.object({ by: CompactorName }),
  status: 204,
  reply: z.null(),
  failures: [],
})
