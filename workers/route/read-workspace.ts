import { readWorkspace } from '../../shared/contract/read-workspace.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { WORKSPACE_COLUMNS, type WorkspaceRow, workspaceDocument } from './workspace-row.ts'

/** From D1 itself, not from the cache: whoever changed something a moment ago sees it. */
export const readWorkspaceRoute = serve(readWorkspace, async (_, { env, workspace }) => {
  const row = await env.DB.prepare(`SELECT ${WORKSPACE_COLUMNS} FROM workspaces WHERE id = ?`)
    .bind(workspace)
    .first<WorkspaceRow>()
  return row ? ok(workspaceDocument(row)) : err(failure('not_found', 'there is no such workspace'))
})
