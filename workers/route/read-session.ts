import { ConfigStore } from '../../platform/config-store.ts'
import { isMemberId } from '../../platform/token-grant.ts'
import { isGranted } from '../../shared/contract/granted.ts'
import { readSession } from '../../shared/contract/read-session.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { holderOf } from '../http/authenticate-token.ts'
import { serve } from '../http/serve.ts'

interface Names {
  readonly workspace_name: string
  readonly may_unmask: number | null
  readonly name: string
  readonly email: string | null
}

const OF_TOKEN = 'SELECT workspace, id, name, NULL AS email FROM tokens'
const OF_MEMBER = 'SELECT workspace, id, name, email FROM members'

export const readSessionRoute = serve(readSession, async (_, { env, request, now }) => {
  const holder = await holderOf(request, env, new ConfigStore(env.DB), now)
  if (!holder.ok) return holder
  const { workspace, tokenId, grant, sessionEnds } = holder.value
  const names = await env.DB.prepare(
    `SELECT w.name AS workspace_name, json_extract(w.settings, '$.privacy.analystsMayUnmask') AS may_unmask, h.name, h.email
     FROM (${isMemberId(tokenId) ? OF_MEMBER : OF_TOKEN}) h JOIN workspaces w ON w.id = h.workspace
     WHERE h.workspace = ? AND h.id = ?`,
  )
    .bind(workspace, tokenId)
    .first<Names>()
  // A cache may still know a token that was revoked a moment ago.
  if (!names) return err(failure('unauthorized', 'this token was revoked'))
  const { name, email } = names
  const isLet = !grant.masked || names.may_unmask === 1
  return ok({
    workspace,
    workspaceName: names.workspace_name,
    token: { id: tokenId, name, scopes: [...grant.scopes] },
    member: email === null ? null : { id: tokenId, email, name },
    role: grant.role,
    masked: grant.masked,
    mayUnmask: isLet && isGranted(grant.scopes, 'profiles:unmask'),
    endsAt: sessionEnds === undefined ? null : toIso(sessionEnds),
  })
})
