import { z } from 'zod'
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
  description:
    'With `from` and `to`, two identifiers of the person, also the shortest chain of links between them: why are these one ' +
    'person? Both are written `type:value`.',
  params: ProfileReference,
  query: z
    .object({ from: z.string().max(400).optional(), to: z.string().max(400).optional() })
    .refine(({ from, to }) => (from === undefined) === (to === undefined), {
      message: '`from` and `to` go together',
      path: ['to'],
    }),
  reply: IdentityDocument,
  failures: ['not_found'],
})
