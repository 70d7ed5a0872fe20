import { modelRow } from '../../platform/model-row.ts'
import { readModel } from '../../shared/contract/read-model.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { modelDocument, NO_MODEL } from './model-document.ts'

export const readModelRoute = serve(readModel, async ({ params: { modelId } }, call) => {
  const row = await modelRow(call.env, call.workspace, modelId)
  return row ? ok(modelDocument(call, row)) : err(NO_MODEL)
})
