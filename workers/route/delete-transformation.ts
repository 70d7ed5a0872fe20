import { deleteTransformation } from '../../shared/contract/delete-transformation.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { inForce, NO_TRANSFORMATION } from './transformation-row.ts'

export const deleteTransformationRoute = serve(deleteTransformation, async ({ params: { transformationId } }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch([
    env.DB.prepare('DELETE FROM transformations WHERE workspace = ? AND id = ?').bind(workspace, transformationId),
    auditIfChanged(call, 'deleteTransformation', { transformationId }),
  ])
  if (!deleted?.meta.changes) return err(NO_TRANSFORMATION)
  await inForce(call, transformationId, 0)
  return ok(null)
})
