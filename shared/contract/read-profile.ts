import { z } from 'zod'
import { ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const readProfile = defineContract({
  name: 'readProfile',
  method: 'get',
  path: '/api/v1/profiles/{ref}',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Read one profile',
  params: ProfileReference,
  query: z.object({
    meta: z
      .stringbool()
      .optional()
      .meta({ description: '`1`: with when, by which message and source each trait was set' }),
  }),
  reply: ProfileDocument,
  failures: ['not_found'],
})
