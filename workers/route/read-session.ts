import { ConfigStore } from '../../platform/config-store.ts'
import { readSession } from '../../shared/contract/read-session.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { holderOf } from '../http/authenticate-token.ts'
import { serve } from '../http/serve.ts'

interface Names {
  readonly workspace_name: string
  readonly token_name: string
}

export const readSessionRoute = serve(readSession, async (_, { env, request, now }) => {
  const holder = await holderOf(request, env, new ConfigStore(env.DB), now)
  if (!holder.ok) return holder
  const { workspace, tokenId, scopes, sessionEnds } = holder.value
  const names = await env.DB.prepare(
    `SELECT w.name AS workspace_name, t.name AS token_name FROM tokens t JOIN workspaces w ON w.id = t.workspace
     WHERE t.workspace = ? AND t.id = ?`,
  )
    .bind(workspace, tokenId)
    .first<Names>()
  // A cache may still know a token that was revoked a moment ago.
  if (!names) return err(failure('unauthorized', 'this token was revoked'))
  return ok({
    workspace,
    workspaceName: names.workspace_name,
    token: { id: tokenId, name: names.token_name, scopes: [...scopes] },
    endsAt: sessionEnds === undefined ? null : toIso(sessionEnds),
  })
})
