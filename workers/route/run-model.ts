import { modelRow } from '../../platform/model-row.ts'
import { openModelRun, startModelRun } from '../../platform/model-runs.ts'
import { runModel } from '../../shared/contract/run-model.ts'
import { ulid } from '../../shared/kernel/id.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { unprocessable } from './check-condition.ts'
import { NO_MODEL } from './model-document.ts'

export const runModelRoute = serve(runModel, async ({ params: { modelId }, query }, call) => {
  const { env, workspace, now } = call
  const row = await modelRow(env, workspace, modelId)
  if (!row) return err(NO_MODEL)
  const { upload = null } = query
  if ((row.type === 'lake') !== (upload !== null))
    return unprocessable([
      {
        path: 'upload',
        message: upload ? 'is for models of the lake' : 'is needed: run it by npx tributary models run',
      },
    ])
  const open = await openModelRun(env, workspace, modelId)
  if (open !== undefined) return ok({ jobId: open })
  const dryRun = query.dryRun === '1' || query.dryRun === 'true'
  const run = ulid(now, crypto.getRandomValues(new Uint8Array(10)))
  const audit = auditStatement(call, 'runModel', { modelId, dryRun })
  const { jobId } = await startModelRun(env, { id: modelId, workspace }, { run, dryRun, upload }, now, [audit])
  return ok({ jobId })
})
