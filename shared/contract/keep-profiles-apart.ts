import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const keepProfilesApart = defineContract({
  name: 'keepProfilesApart',
  method: 'post',
  path: '/api/v1/profiles/{ref}/keep-apart',
  group: 'Profiles',
  scope: 'profiles:write',
  summary: 'Say that two profiles are not one person',
  description:
    'No message joins them any more, also not through a third; only merging them by hand does. 409 when they are one ' +
    'person already: undo the merge instead.',
  params: ProfileReference,
  body: z.strictObject({ from: ProfileReference.shape.ref }),
  reply: z.object({ apart: z.tuple([z.string(), z.string()]).meta({ description: 'Their canonical IDs' }) }),
  failures: ['not_found', 'conflict'],
})
