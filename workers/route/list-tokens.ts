import { listTokens } from '../../shared/contract/list-tokens.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { pageOf } from './page.ts'
import { TOKEN_COLUMNS, type TokenRow, tokenDocument } from './token-row.ts'

export const listTokensRoute = serve(listTokens, async ({ query }, { env, workspace }) => {
  const { results } = await env.DB.prepare(
    `SELECT ${TOKEN_COLUMNS} FROM tokens WHERE workspace = ?1 AND (?2 IS NULL OR (created_at, id) > (?2, ?3))
     ORDER BY created_at, id LIMIT ?4`,
  )
    .bind(workspace, query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<TokenRow>()
  const { shown, cursor } = pageOf(results, query.limit)
  return ok({ tokens: shown.map(tokenDocument), cursor })
})
