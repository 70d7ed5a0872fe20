import { z } from 'zod'
import { defineContract } from './contract.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { TokenDocument } from './token-document.ts'

export const listTokens = defineContract({
  name: 'listTokens',
  method: 'get',
  path: '/api/v1/tokens',
  group: 'Operations',
  scope: 'tokens:read',
  summary: 'The API tokens of the workspace, oldest first, without the tokens themselves',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ tokens: z.array(TokenDocument), cursor: z.string().nullable() }),
  failures: [],
})
