import { definitionPage } from '../../platform/definition-row.ts'
import { listSegments } from '../../shared/contract/list-segments.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { segmentDocument } from './segment-document.ts'

export const listSegmentsRoute = serve(listSegments, async ({ query }, call) => {
  const { rows, more } = await definitionPage(call.env, call.workspace, 'segment', query.cursor?.id ?? '', query.limit)
  const last = rows.at(-1)
  const segments = await Promise.all(rows.map((row) => segmentDocument(call, row)))
  return ok({ segments, cursor: more && last ? encodeCursor({ at: last.created_at, id: last.key }) : null })
})
