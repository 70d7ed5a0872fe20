import { defineContract } from './contract.ts'
import { MatchDocument, MatchParameters } from './match-document.ts'

export const readMatch = defineContract({
  name: 'readMatch',
  method: 'get',
  path: '/api/v1/matches/{id}',
  group: 'Profiles',
  scope: 'identity:read',
  summary: 'One pair that is probably one person, or what was decided about it',
  params: MatchParameters,
  reply: MatchDocument,
  failures: ['not_found'],
})
