import { readSync } from '../../shared/contract/read-sync.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { lakeNow, NO_SYNC, syncDocument, syncRow } from './sync-documents.ts'

export const readSyncRoute = serve(readSync, async ({ params }, call) => {
  const row = await syncRow(call, params.syncId)
  return row ? ok(await syncDocument(call, row, await lakeNow(call))) : err(NO_SYNC)
})
