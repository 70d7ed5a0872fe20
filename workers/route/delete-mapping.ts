import { deleteMapping } from '../../shared/contract/delete-mapping.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_MAPPING } from './mapping-row.ts'

/** Imports that have begun keep theirs. */
export const deleteMappingRoute = serve(deleteMapping, async ({ params }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch([
    env.DB.prepare('DELETE FROM mappings WHERE workspace = ? AND name = ?').bind(workspace, params.name),
    auditIfChanged(call, 'deleteMapping', params),
  ])
  return deleted?.meta.changes ? ok(null) : err(NO_MAPPING)
})
