import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MatchDocument, MatchParameters } from './match-document.ts'

export const acceptMatch = defineContract({
  name: 'acceptMatch',
  method: 'post',
  path: '/api/v1/matches/{id}/accept',
  group: 'Profiles',
  scope: 'identity:write',
  summary: 'Say that the two are one person',
  description:
    'Merges them as merging two profiles by hand does, and can be undone like it. Accepting again answers the same. A pair ' +
    'that was rejected may be accepted later.',
  params: MatchParameters,
  reply: MatchDocument.extend({
    outcome: z.enum(['merged', 'already_one']).meta({
      description: '`already_one`: they were one person before this call, by an earlier one or by what arrived',
    }),
  }).meta({ id: 'AcceptedMatch' }),
  failures: ['not_found', 'conflict'],
})
