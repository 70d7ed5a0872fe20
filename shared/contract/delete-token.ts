import { z } from 'zod'
import { defineContract } from './contract.ts'
import { TokenReference } from './read-token.ts'

export const deleteToken = defineContract({
  name: 'deleteToken',
  method: 'delete',
  path: '/api/v1/tokens/{tokenId}',
  group: 'Operations',
  scope: 'tokens:write',
  summary: 'Revoke an API token',
  description:
    'It stops everywhere within 5 seconds. A token that holds more than the calling one, and the last one that could ' +
    'make others, cannot be revoked.',
  params: TokenReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found', 'conflict'],
})
