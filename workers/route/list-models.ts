import { MODEL_COLUMNS, type ModelRow } from '../../platform/model-row.ts'
import { listModels } from '../../shared/contract/list-models.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { modelDocument } from './model-document.ts'

export const listModelsRoute = serve(listModels, async ({ query }, call) => {
  const { cursor, limit } = query
  const { results } = await call.env.DB.prepare(
    `SELECT ${MODEL_COLUMNS} FROM models WHERE workspace = ?1 AND (?2 IS NULL OR (created_at, id) > (?2, ?3))
     ORDER BY created_at, id LIMIT ?4`,
  )
    .bind(call.workspace, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<ModelRow>()
  const shown = results.slice(0, limit)
  const last = results.length > limit ? shown.at(-1) : undefined
  return ok({
    models: shown.map((row) => modelDocument(call, row)),
    cursor: last ? encodeCursor({ at: last.created_at, id: last.id }) : null,
  })
})
