import { z } from 'zod'
import { TraitWriteDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const listTraitWrites = defineContract({
  name: 'listTraitWrites',
  method: 'get',
  path: '/api/v1/profiles/{ref}/traits/{trait}',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Every value that a trait was given: the one that stands, and those that lost',
  description:
    'Newest first, at most 200. What lost is known as long as the timeline has the event that said it. Of a trait that ' +
    'nobody ever wrote the list is empty.',
  params: ProfileReference.extend({ trait: z.string().min(1).max(512) }),
  reply: z.object({ writes: z.array(TraitWriteDocument) }),
  failures: ['not_found'],
})
