import { startJob } from '../../platform/jobs.ts'
import { identityStub } from '../../platform/stubs.ts'
import { updateWorkspace } from '../../shared/contract/update-workspace.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { unprocessable } from './check-condition.ts'
import { missingSourceKeys } from './missing-sources.ts'
import { WORKSPACE_COLUMNS, type WorkspaceRow, workspaceDocument } from './workspace-row.ts'

/** SQLite's json_patch is RFC 7396, so two changes at once cannot undo one another. */
export const updateWorkspaceRoute = serve(updateWorkspace, async ({ body }, call) => {
  const { env, workspace } = call
  // What is taken away may be of a source that is gone.
  const named = Object.entries(body.pipeline?.sources ?? {}).flatMap(([id, one]) => (one === null ? [] : [id]))
  const missing = await missingSourceKeys(call, named, 'pipeline.sources')
  if (missing.length > 0) return unprocessable(missing)
  const [updated] = await env.DB.batch<WorkspaceRow>([
    env.DB.prepare(
      `UPDATE workspaces SET settings = json_patch(settings, ?), config_version = config_version + 1
       WHERE id = ? RETURNING ${WORKSPACE_COLUMNS}`,
    ).bind(JSON.stringify(body), workspace),
    auditStatement(call, 'updateWorkspace', body),
  ])
  const row = updated?.results[0]
  if (!row) return err(failure('not_found', 'there is no such workspace'))
  const document = workspaceDocument(row)
  if (body.identity === undefined) return ok(document)
  const { matching } = document.settings.identity
  if (body.identity?.matching && matching.mode !== 'off') {
    const { version } = document
    await startJob(
      env,
      { workspace, kind: 'match-everyone', input: { version }, idempotencyKey: String(version) },
      call.now,
    )
  }
  const exceeding = await identityStub(env, workspace).exceeding(document.settings.identity)
  return ok({ ...document, exceeding })
})
