import { defineContract } from './contract.ts'
import { MemberDocument, MemberReference } from './member-document.ts'

export const readMember = defineContract({
  name: 'readMember',
  method: 'get',
  path: '/api/v1/members/{memberId}',
  group: 'Operations',
  scope: 'members:read',
  summary: 'One person of the workspace',
  params: MemberReference,
  reply: MemberDocument,
  failures: ['not_found'],
})
