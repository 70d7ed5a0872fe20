import { deleteToken } from '../../shared/contract/delete-token.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { ANOTHER_KEEPER, granterOf, isKeeper, LAST_KEEPER, mayHandle } from './token-limits.ts'
import { grantIn, NO_TOKEN, tokenRow } from './token-row.ts'

/** Isolates that know the token forget it within five seconds (FreshCache). */
export const deleteTokenRoute = serve(deleteToken, async ({ params }, call) => {
  const { env, workspace } = call
  const row = await tokenRow(call, params.tokenId)
  if (!row) return err(NO_TOKEN)
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const allowed = mayHandle(granter.value, grantIn(row).scopes)
  if (!allowed.ok) return allowed
  const mayGo = isKeeper(row) ? ANOTHER_KEEPER : 'true'
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare(`DELETE FROM tokens WHERE workspace = ?1 AND id = ?2 AND ${mayGo} RETURNING id`).bind(
      workspace,
      row.id,
    ),
    auditIfChanged(call, 'deleteToken', { id: row.id, name: row.name }),
  ])
  return deleted?.results[0] ? ok(null) : err(LAST_KEEPER)
})
