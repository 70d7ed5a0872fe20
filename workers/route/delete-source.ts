import { deleteSource } from '../../shared/contract/delete-source.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_SOURCE } from './source-row.ts'

/** The row goes, and with it the secrets. Isolates that know it forget it within five seconds (FreshCache). */
export const deleteSourceRoute = serve(deleteSource, async ({ params }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('DELETE FROM sources WHERE workspace = ? AND id = ? RETURNING id').bind(workspace, params.sourceId),
    auditIfChanged(call, 'deleteSource', params),
  ])
  return deleted?.results[0] ? ok(null) : err(NO_SOURCE)
})
