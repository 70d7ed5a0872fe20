import { listTransformations } from '../../shared/contract/list-transformations.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { TRANSFORMATION_COLUMNS, type TransformationRow, transformationDocument } from './transformation-row.ts'

/** In the order in which they run; a cursor is the position and id where the page ended. */
export const listTransformationsRoute = serve(listTransformations, async ({ query }, { env, workspace }) => {
  const { cursor, limit } = query
  const { results } = await env.DB.prepare(
    `SELECT ${TRANSFORMATION_COLUMNS} FROM transformations
     WHERE workspace = ?1 AND (?2 IS NULL OR (position, id) > (?2, ?3)) ORDER BY position, id LIMIT ?4`,
  )
    .bind(workspace, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<TransformationRow>()
  const shown = results.slice(0, limit)
  const last = shown.at(-1)
  return ok({
    transformations: shown.map(transformationDocument),
    cursor: last && results.length > limit ? encodeCursor({ at: last.position, id: last.id }) : null,
  })
})
