import { modelRow } from '../../platform/model-row.ts'
import { putUploadPage } from '../../platform/model-upload.ts'
import { putModelRows } from '../../shared/contract/put-model-rows.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { compareKeys } from '../../shared/model/difference.ts'
import { serve } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { NO_MODEL } from './model-document.ts'

/** No line in the audit log: nothing comes of rows until a run is asked for, and that is told. */
export const putModelRowsRoute = serve(putModelRows, async ({ params: { modelId }, body }, call) => {
  const { env, workspace } = call
  const row = await modelRow(env, workspace, modelId)
  if (!row) return err(NO_MODEL)
  if (row.type !== 'lake')
    return unprocessable([{ path: 'rows', message: 'are laid down for models of the lake; others are read' }])
  const wrong = body.rows.findIndex(({ key }, i) => i > 0 && compareKeys(body.rows[i - 1]?.key ?? '', key) >= 0)
  if (wrong !== -1)
    return unprocessable([{ path: `rows.${wrong}.key`, message: 'must be greater than the one before, byte by byte' }])
  await putUploadPage(env.LAKE, { workspace, id: modelId }, body)
  return ok({ rows: body.rows.length })
})
