import { readToken } from '../../shared/contract/read-token.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_TOKEN, tokenDocument, tokenRow } from './token-row.ts'

export const readTokenRoute = serve(readToken, async ({ params }, call) => {
  const row = await tokenRow(call, params.tokenId)
  return row ? ok(tokenDocument(row)) : err(NO_TOKEN)
})
