import type { SyncRow } from '../../platform/sync-row.ts'
import { listSyncs } from '../../shared/contract/list-syncs.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { pageOf } from './page.ts'
import { lakeNow, syncDocument } from './sync-documents.ts'

export const listSyncsRoute = serve(listSyncs, async ({ query }, call) => {
  const { results } = await call.env.DB.prepare(
    `SELECT * FROM syncs WHERE workspace = ?1 AND (?2 IS NULL OR type = ?2)
       AND (?3 IS NULL OR (created_at, id) > (?3, ?4)) ORDER BY created_at, id LIMIT ?5`,
  )
    .bind(call.workspace, query.type ?? null, query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<SyncRow>()
  const { shown, cursor } = pageOf(results, query.limit)
  const lake = await lakeNow(call)
  return ok({ syncs: await Promise.all(shown.map((row) => syncDocument(call, row, lake))), cursor })
})
