import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CompactorName, RoundNumber } from './lake-round.ts'

export const readRoundObject = defineContract({
  name: 'readRoundObject',
  method: 'get',
  path: '/api/v1/lake/rounds/{round}/objects/{key}',
  group: 'Operations',
  scope: 'lake:export',
  summary: 'An object of bronze of a round, by its key (URL-encoded), as it is stored: gzip of NDJSON',
  description: 'Lines have the numbers by which the index knows them: one that was erased is empty.',
  params: z.object({ round: RoundNumber, key: z.string().max(1_000) }),
  query: z.object({ by: CompactorName }),
  reply: z.string(),
  media: 'application/gzip',
  failures: ['not_found', 'conflict'],
})
