import { ConsentsDocument } from '../consent/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const readConsents = defineContract({
  name: 'readConsents',
  method: 'get',
  path: '/api/v1/profiles/{ref}/consents',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Read what a person consents to',
  description:
    "The ledger's present state. What is not there was never said; what that means is the workspace's policy.",
  params: ProfileReference,
  reply: ConsentsDocument,
  failures: ['not_found'],
})
