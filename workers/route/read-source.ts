import { readSource } from '../../shared/contract/read-source.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_SOURCE, sourceDocument, sourceRow } from './source-row.ts'

export const readSourceRoute = serve(readSource, async ({ params }, call) => {
  const row = await sourceRow(call, params.sourceId)
  return row ? ok(sourceDocument(call, row)) : err(NO_SOURCE)
})
