import { errorsFile } from '../../platform/import-files.ts'
import { readImportErrors } from '../../shared/contract/read-import-errors.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { importRow, NO_IMPORT } from './import-row.ts'

/** Readable while the import runs; a header alone says that nothing was rejected so far. */
export const readImportErrorsRoute = serve(readImportErrors, async ({ params }, { env, workspace }) => {
  const row = await importRow(env, workspace, params.jobId)
  if (!row) return err(NO_IMPORT)
  const headers = {
    'Content-Type': readImportErrors.media,
    'Content-Disposition': `attachment; filename="errors-${row.id}.csv"`,
  }
  return ok(new Response(errorsFile(env, workspace, row.id), { headers }))
})
