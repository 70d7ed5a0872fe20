import { z } from 'zod'
import { HANDED_LIMITS } from '../lake/compaction.ts'
import { defineContract } from './contract.ts'
import { CompactorName, LakeRound } from './lake-round.ts'

export const openLakeRound = defineContract({
  name: 'openLakeRound',
  method: 'post',
  path: '/api/v1/lake/rounds',
  group: 'Operations',
  scope: 'lake:write',
  summary: 'Take a round of compaction: objects of bronze that an engine outside of the Worker makes silver of',
  description:
    'There is one round at a time, for everybody. Whoever asks again by the same name gets the round that they have. A round ' +
    'is held while its compactor calls at least every two minutes, and for some ten minutes at most; then its objects wait again, and what its ' +
    'compactor made is refused. Objects that hold lines of several workspaces are left to the Worker.',
  body: z.strictObject({
    by: CompactorName,
    lines: z
      .int()
      .min(1)
      .max(HANDED_LIMITS.lines)
      .optional()
      .meta({ description: 'Most of them; an object is taken whole' }),
  }),
  reply: z.object({
    ends: z.enum(['open', 'nothing', 'busy']).meta({
      description: '`busy`: somebody else has a round, or others have waited long: ask again in a moment',
    }),
    round: LakeRound.nullable(),
  }),
  failures: [],
})
