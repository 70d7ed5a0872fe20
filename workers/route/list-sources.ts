import { SOURCE_COLUMNS, type SourceRow } from '../../platform/source-row.ts'
import { listSources } from '../../shared/contract/list-sources.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { pageOf } from './page.ts'
import { sourceDocument } from './source-row.ts'

export const listSourcesRoute = serve(listSources, async ({ query }, call) => {
  const { results } = await call.env.DB.prepare(
    `SELECT ${SOURCE_COLUMNS} FROM sources WHERE workspace = ?1 AND (?2 IS NULL OR kind = ?2)
       AND (?3 IS NULL OR (created_at, id) > (?3, ?4)) ORDER BY created_at, id LIMIT ?5`,
  )
    .bind(call.workspace, query.kind ?? null, query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<SourceRow>()
  const { shown, cursor } = pageOf(results, query.limit)
  return ok({ sources: shown.map((row) => sourceDocument(call, row)), cursor })
})
