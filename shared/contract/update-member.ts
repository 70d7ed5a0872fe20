import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MemberDocument, MemberName, MemberReference } from './member-document.ts'
import { Role } from './roles.ts'

export const updateMember = defineContract({
  name: 'updateMember',
  method: 'put',
  path: '/api/v1/members/{memberId}',
  group: 'Operations',
  scope: 'members:write',
  summary: 'Rename a person of the workspace, or change what they may',
  description: 'What is named changes, the rest stays. In force with their next call. The last admin stays one.',
  params: MemberReference,
  body: z.strictObject({
    name: MemberName.optional(),
    role: Role.optional(),
    // A document that was read may be sent back as it is.
    id: z.unknown().optional(),
    email: z.unknown().optional(),
    state: z.unknown().optional(),
    createdAt: z.unknown().optional(),
    signedInAt: z.unknown().optional(),
  }),
  reply: MemberDocument,
  failures: ['not_found', 'conflict'],
})
