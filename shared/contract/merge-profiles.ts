import { z } from 'zod'
import { ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const mergeProfiles = defineContract({
  name: 'mergeProfiles',
  method: 'post',
  path: '/api/v1/profiles/{ref}/merge',
  group: 'Profiles',
  scope: 'profiles:write',
  summary: 'Say that two profiles are one person',
  description:
    'The older canonical ID wins. Passes over the limits of identifiers and lifts what kept the two apart; the hard caps ' +
    '(100 leaves, 1,000 identifiers) hold. Can be undone. 409 when they are one person already.',
  params: ProfileReference,
  body: z.strictObject({ with: ProfileReference.shape.ref }),
  reply: ProfileDocument,
  failures: ['not_found', 'conflict'],
})
