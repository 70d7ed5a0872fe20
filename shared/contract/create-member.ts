import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MemberDocument, MemberEmail, MemberName } from './member-document.ts'
import { Role } from './roles.ts'

export const createMember = defineContract({
  name: 'createMember',
  method: 'post',
  path: '/api/v1/members',
  group: 'Operations',
  scope: 'members:write',
  summary: 'Add a person to the workspace',
  description:
    'Nothing is sent to them: they sign in through the provider of the workspace, or with a link that is made for them ' +
    '(`POST /api/v1/members/{memberId}/sign-in-link`). Nobody gives a role that may more than they may themselves.',
  body: z.strictObject({ email: MemberEmail, name: MemberName.optional(), role: Role }),
  reply: MemberDocument,
  status: 201,
  failures: ['conflict'],
})
