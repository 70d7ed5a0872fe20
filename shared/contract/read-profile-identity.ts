import { IdentityDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const readProfileIdentity = defineContract({
  name: 'readProfileIdentity',
  method: 'get',
  path: '/api/v1/profiles/{ref}/identity',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Why these identifiers are one person: links and merges, each with its cause',
  params: ProfileReference,
  reply: IdentityDocument,
  failures: ['not_found'],
})
