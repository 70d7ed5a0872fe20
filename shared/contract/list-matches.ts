import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MATCH_STATES, MatchDocument } from './match-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listMatches = defineContract({
  name: 'listMatches',
  method: 'get',
  path: '/api/v1/matches',
  group: 'Profiles',
  scope: 'identity:read',
  summary: 'Pairs of profiles that are probably one person, newest first',
  description:
    'The review queue of matching by likeness, which the settings of the workspace turn on (`identity.matching.mode`). ' +
    'Each pair says how likely it is, and what each field adds to that or takes away.',
  query: z.object({
    state: z.enum(MATCH_STATES).default('open'),
    cursor: CursorParameter,
    limit: LimitParameter,
  }),
  reply: z.object({ matches: z.array(MatchDocument), cursor: z.string().nullable() }),
  failures: [],
})
