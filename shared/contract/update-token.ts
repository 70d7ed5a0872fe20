import { z } from 'zod'
import { defineContract } from './contract.ts'
import { createToken } from './create-token.ts'
import { TokenReference } from './read-token.ts'
import { TokenDocument } from './token-document.ts'

const { name, scopes, expiresAt } = createToken.body.shape

export const updateToken = defineContract({
  name: 'updateToken',
  method: 'put',
  path: '/api/v1/tokens/{tokenId}',
  group: 'Operations',
  scope: 'tokens:write',
  summary: 'Rename an API token, or change what it may do and how long',
  description:
    'What is named changes, the rest stays. Only scopes that the calling token holds can be given or taken. In force ' +
    'everywhere within 5 seconds.',
  params: TokenReference,
  body: z.strictObject({
    name: name.optional(),
    scopes: scopes.optional(),
    expiresAt,
    // A document that was read may be sent back as it is.
    id: z.unknown().optional(),
    createdAt: z.unknown().optional(),
  }),
  reply: TokenDocument,
  failures: ['not_found', 'conflict'],
})
