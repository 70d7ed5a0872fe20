import { mintWriteKey } from '../../platform/hashing.ts'
import { newSourceId, newToken, newWorkspaceStatements } from '../../platform/new-workspace.ts'
import { createWorkspace } from '../../shared/contract/create-workspace.ts'
import { EVERY_SCOPE_OF_WORKSPACE } from '../../shared/contract/granted.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'

/**
 * All of it or nothing, in one batch whose first statement fails when the id is taken: a second request must never put
 * its token into a workspace that is somebody's already. Both workspaces have it in their audit log.
 */
export const createWorkspaceRoute = serve(createWorkspace, async ({ body }, call) => {
  const { env, now } = call
  const { id, name } = body
  const [sourceId, token] = [newSourceId(), newToken('first token', [EVERY_SCOPE_OF_WORKSPACE])]
  const settings = JSON.stringify(withoutNulls(body.settings ?? {}))
  const made = { workspace: id, name, settings, sourceId, token, createdAt: now }
  const taken = await env.DB.batch([
    ...newWorkspaceStatements(made).map(({ sql, params }) => env.DB.prepare(sql).bind(...params)),
    auditStatement(call, 'createWorkspace', body),
    auditStatement({ ...call, workspace: id }, 'createWorkspace', body),
  ]).then(() => false, isTaken)
  if (taken) return err(failure('conflict', `there is a workspace ${id} already`))
  const writeKey = mintWriteKey(env.WRITE_KEY_SECRET, sourceId)
  return ok({ id, name, writeKey, apiToken: token.text, createdAt: toIso(now) })
})

/** @throws the fault when it is another one */
function isTaken(fault: unknown): true {
  if (/UNIQUE constraint failed: workspaces\.id/.test(String(fault))) return true
  throw fault
}

/** In a merge patch null is the default, and a new workspace has nothing but defaults. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]))
}
