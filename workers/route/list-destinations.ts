import { DESTINATION_COLUMNS, type DestinationRow } from '../../platform/destination-row.ts'
import { listDestinations } from '../../shared/contract/list-destinations.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { destinationDocument } from './destination-documents.ts'
import { pageOf } from './page.ts'

export const listDestinationsRoute = serve(listDestinations, async ({ query }, call) => {
  const { results } = await call.env.DB.prepare(
    `SELECT ${DESTINATION_COLUMNS} FROM destinations WHERE workspace = ?1 AND (?2 IS NULL OR type = ?2)
       AND (?3 IS NULL OR (created_at, id) > (?3, ?4)) ORDER BY created_at, id LIMIT ?5`,
  )
    .bind(call.workspace, query.type ?? null, query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<DestinationRow>()
  const { shown, cursor } = pageOf(results, query.limit)
  return ok({ destinations: shown.map((row) => destinationDocument(call, row)), cursor })
})
