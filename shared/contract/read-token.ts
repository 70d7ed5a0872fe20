import { z } from 'zod'
import { defineContract } from './contract.ts'
import { TokenDocument } from './token-document.ts'

export const TokenReference = z.object({ tokenId: z.string().min(1).max(100) })

export const readToken = defineContract({
  name: 'readToken',
  method: 'get',
  path: '/api/v1/tokens/{tokenId}',
  group: 'Operations',
  scope: 'tokens:read',
  summary: 'What an API token may do',
  params: TokenReference,
  reply: TokenDocument,
  failures: ['not_found'],
})
