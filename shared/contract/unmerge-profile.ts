import { z } from 'zod'
import { ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const unmergeProfile = defineContract({
  name: 'unmergeProfile',
  method: 'post',
  path: '/api/v1/profiles/{ref}/unmerge',
  group: 'Profiles',
  scope: 'profiles:write',
  summary: 'Undo a merge, or see what undoing it would give',
  description:
    'What the merge brought, and everything that arrived for it since, moves back to its own canonical ID; the two are kept ' +
    'apart from then on. Any merge of the person can be undone, not only the last one. 404 for a merge the person never ' +
    'had, 409 for one that was undone already, 503 while another merge of the person is being carried out.',
  params: ProfileReference,
  body: z.strictObject({
    mergeId: z.string().max(40).meta({ description: 'From `merges` of `GET …/identity`' }),
    preview: z.boolean().optional().meta({ description: 'Changes nothing, answers the same' }),
  }),
  reply: z.object({
    left: ProfileDocument.meta({ description: 'Who stays under the present ID' }),
    right: ProfileDocument.meta({ description: 'Who moves out' }),
  }),
  failures: ['not_found', 'conflict'],
})
