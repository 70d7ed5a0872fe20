import { defineContract } from './contract.ts'
import { MatchDocument, MatchParameters } from './match-document.ts'

export const rejectMatch = defineContract({
  name: 'rejectMatch',
  method: 'post',
  path: '/api/v1/matches/{id}/reject',
  group: 'Profiles',
  scope: 'identity:write',
  summary: 'Say that the two are not one person',
  description:
    'Keeps them apart: they are not proposed again, and no message joins them. Rejecting again answers the same. 409 when ' +
    'they are one person already: undo the merge instead.',
  params: MatchParameters,
  reply: MatchDocument,
  failures: ['not_found', 'conflict'],
})
