import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MemberReference } from './member-document.ts'

export const deleteMember = defineContract({
  name: 'deleteMember',
  method: 'delete',
  path: '/api/v1/members/{memberId}',
  group: 'Operations',
  scope: 'members:write',
  summary: 'Remove a person from the workspace',
  description:
    'Their sessions and links end with their next call. Tokens that they made stay. The last admin cannot be removed.',
  params: MemberReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found', 'conflict'],
})
