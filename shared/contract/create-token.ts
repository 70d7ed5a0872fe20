import { z } from 'zod'
import { defineContract } from './contract.ts'
import { InstantParameter } from './query.ts'
import { Role } from './roles.ts'
import { GrantedScope, TokenDocument } from './token-document.ts'

export const TokenFields = {
  name: z.string().trim().min(1).max(200),
  scopes: z
    .array(GrantedScope)
    .min(1)
    .max(100)
    .transform((scopes) => [...new Set(scopes)])
    .optional(),
  role: Role.optional(),
  expiresAt: InstantParameter.nullish(),
}

export const createToken = defineContract({
  name: 'createToken',
  method: 'post',
  path: '/api/v1/tokens',
  group: 'Operations',
  scope: 'tokens:write',
  summary: 'Make an API token',
  description:
    'The token is shown once; only its hash is kept. It may hold no scope that the calling token lacks, and lives no longer. ' +
    'With `role` instead of `scopes` it may what the role may, as it is defined at any time.',
  body: z.strictObject(TokenFields).refine(({ scopes, role }) => (scopes === undefined) !== (role === undefined), {
    path: ['scopes'],
    message: 'or a role is needed, and not both',
  }),
  reply: TokenDocument.extend({ token: z.string().meta({ description: 'Shown once' }) }).meta({ id: 'NewToken' }),
  status: 201,
  failures: ['conflict'],
})
