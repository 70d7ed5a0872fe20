import { z } from 'zod'
import { ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const unmaskProfile = defineContract({
  name: 'unmaskProfile',
  method: 'post',
  path: '/api/v1/profiles/{ref}/unmask',
  group: 'Profiles',
  scope: 'profiles:unmask',
  masking: 'own',
  summary: 'One person unmasked, with a reason',
  description:
    'For roles that see personal values masked, where the workspace lets them (`privacy.analystsMayUnmask`). Who looked, at ' +
    'whom and why goes to the audit log first.',
  params: ProfileReference,
  body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
  reply: ProfileDocument,
  failures: ['not_found'],
})
