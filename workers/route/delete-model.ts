import { forgetPages } from '../../platform/model-state.ts'
import { deleteModel } from '../../shared/contract/delete-model.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_MODEL } from './model-document.ts'

/** The row goes, and with it the secrets; a run that is under way finds nothing and ends. */
export const deleteModelRoute = serve(deleteModel, async ({ params: { modelId } }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('DELETE FROM models WHERE workspace = ? AND id = ? RETURNING id').bind(workspace, modelId),
    auditIfChanged(call, 'deleteModel', { modelId }),
  ])
  if (!deleted?.results[0]) return err(NO_MODEL)
  await forgetPages(env.LAKE, { workspace, id: modelId }, null)
  return ok(null)
})
