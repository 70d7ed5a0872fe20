import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'
import { InstantParameter } from './query.ts'

export const startRebuild = defineContract({
  name: 'startRebuild',
  method: 'post',
  path: '/api/v1/rebuilds',
  group: 'Operations',
  scope: 'profiles:write',
  summary: 'Fold profiles again from the archive',
  description:
    'A job over the people named by `profiles` and the members of `segment`, each once; over everybody when neither is ' +
    'given. Each profile is made anew from its events in the archive, from the arrival `from` on when that is given, and ' +
    'takes the place of the old one at one stroke. What the archive does not have is kept. Nobody is told: who turns out ' +
    'to be in a segment or not stands in the result of the job, without ENTER or EXIT. Nothing of an erased person comes back.',
  body: z.strictObject({
    profiles: z.array(ProfileReference.shape.ref).min(1).max(1_000).optional(),
    segment: z.string().min(1).max(100).optional(),
    from: InstantParameter.optional(),
  }),
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['unprocessable'],
})
