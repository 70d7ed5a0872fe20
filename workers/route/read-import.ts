import { readImport } from '../../shared/contract/read-import.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { importDocument, importRow, NO_IMPORT } from './import-row.ts'

export const readImportRoute = serve(readImport, async ({ params }, { env, workspace, request }) => {
  const row = await importRow(env, workspace, params.jobId)
  return row ? ok(importDocument(row, new URL(request.url).origin)) : err(NO_IMPORT)
})
