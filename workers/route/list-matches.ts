import type { MatchRow } from '../../platform/match-pairs.ts'
import { listMatches } from '../../shared/contract/list-matches.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { matchDocuments } from './match-documents.ts'
import { pageOf } from './page.ts'

export const listMatchesRoute = serve(listMatches, async ({ query }, call) => {
  const { results } = await call.env.DB.prepare(
    `SELECT * FROM matches WHERE workspace = ?1 AND state = ?2 AND (?3 IS NULL OR (created_at, id) < (?3, ?4))
     ORDER BY created_at DESC, id DESC LIMIT ?5`,
  )
    .bind(call.workspace, query.state, query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<MatchRow>()
  const { shown, cursor } = pageOf(results, query.limit)
  return ok({ matches: await matchDocuments(call, shown), cursor })
})
