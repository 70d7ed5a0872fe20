import { HOLD_COLUMNS, type HoldRow } from '../../platform/quality-holds.ts'
import { listQualityHolds } from '../../shared/contract/list-quality-holds.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { holdDocument } from './hold-document.ts'

export const listQualityHoldsRoute = serve(listQualityHolds, async ({ query }, { env, workspace }) => {
  const { state, cursor, limit } = query
  const { results } = await env.DB.prepare(
    `SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ?1 AND (?2 IS NULL OR state = ?2)
       AND (?3 IS NULL OR (updated_at, id) < (?3, ?4)) ORDER BY updated_at DESC, id DESC LIMIT ?5`,
  )
    .bind(workspace, state ?? null, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<HoldRow>()
  const shown = results.slice(0, limit)
  const last = results.length > limit ? shown.at(-1) : undefined
  return ok({
    holds: shown.map(holdDocument),
    cursor: last ? encodeCursor({ at: last.updated_at, id: last.id }) : null,
  })
})
