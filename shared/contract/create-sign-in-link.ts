import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MemberReference } from './member-document.ts'

export const createSignInLink = defineContract({
  name: 'createSignInLink',
  method: 'post',
  path: '/api/v1/members/{memberId}/sign-in-link',
  group: 'Operations',
  scope: 'members:write',
  summary: 'A link that signs a member in once',
  description:
    'To be handed to them; whoever has it is them. Works once and for a day, and takes the place of the one before. Nobody ' +
    'makes one for somebody who may more than they may themselves.',
  params: MemberReference,
  reply: z.object({ url: z.string(), expiresAt: z.string().meta({ format: 'date-time' }) }).meta({ id: 'SignInLink' }),
  status: 201,
  failures: ['not_found'],
})
