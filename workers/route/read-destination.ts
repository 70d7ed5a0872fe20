import { readDestination } from '../../shared/contract/read-destination.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { destinationDocument, destinationRow, NO_DESTINATION } from './destination-documents.ts'

export const readDestinationRoute = serve(readDestination, async ({ params }, call) => {
  const row = await destinationRow(call, params.destinationId)
  return row ? ok(destinationDocument(call, row)) : err(NO_DESTINATION)
})
