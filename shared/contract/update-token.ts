import { z } from 'zod'
import { defineContract } from './contract.ts'
import { TokenFields } from './create-token.ts'
import { TokenReference } from './read-token.ts'
import { TokenDocument } from './token-document.ts'

const { name, scopes, role, expiresAt } = TokenFields

export const updateToken = defineContract({
  name: 'updateToken',
  method: 'put',
  path: '/api/v1/tokens/{tokenId}',
  group: 'Operations',
  scope: 'tokens:write',
  summary: 'Rename an API token, or change what it may do and how long',
  description:
    'What is named changes, the rest stays. Only scopes that the calling token holds can be given or taken. ' +
    'A role takes the place of scopes, and scopes without a role that of a role. In force ' +
    'everywhere within 5 seconds.',
  params: TokenReference,
  body: z
    .strictObject({
      name: name.optional(),
      scopes,
      role: role.nullable(),
      expiresAt,
      // A document that was read may be sent back as it is.
      id: z.unknown().optional(),
      createdAt: z.unknown().optional(),
    })
    .refine(({ scopes, role }) => role !== null || scopes !== undefined, {
      path: ['scopes'],
      message: 'is required without a role',
    }),
  reply: TokenDocument,
  failures: ['not_found', 'conflict'],
})
