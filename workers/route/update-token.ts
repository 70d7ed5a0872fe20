import { updateToken } from '../../shared/contract/update-token.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { ANOTHER_KEEPER, expiryFor, granterOf, isKeeper, LAST_KEEPER, mayHandle } from './token-limits.ts'
import { givenColumns, grantIn, NO_TOKEN, TOKEN_COLUMNS, type TokenRow, tokenDocument, tokenRow } from './token-row.ts'

export const updateTokenRoute = serve(updateToken, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const row = await tokenRow(call, params.tokenId)
  if (!row) return err(NO_TOKEN)
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const given = body.role ? { role: body.role } : body.scopes ? { scopes: body.scopes } : undefined
  const columns = given ? givenColumns(given) : row
  const allowed = mayHandle(granter.value, [...grantIn(row).scopes, ...grantIn(columns).scopes])
  if (!allowed.ok) return allowed
  const expiresAt = body.expiresAt === undefined ? ok(row.expires_at) : expiryFor(granter.value, body.expiresAt, now)
  if (!expiresAt.ok) return expiresAt
  const after = {
    name: body.name ?? row.name,
    scopes: columns.scopes,
    role: columns.role,
    expires_at: expiresAt.value,
  }
  const mayGo = isKeeper(after) ? 'true' : `(NOT ?6 OR ${ANOTHER_KEEPER})`
  const [updated] = await env.DB.batch<TokenRow>([
    env.DB.prepare(
      `UPDATE tokens SET name = ?3, scopes = ?4, expires_at = ?5, role = ?7 WHERE workspace = ?1 AND id = ?2 AND ${mayGo}
       AND ?6 IS NOT NULL RETURNING ${TOKEN_COLUMNS}`,
    ).bind(workspace, row.id, after.name, after.scopes, after.expires_at, Number(isKeeper(row)), after.role),
    auditIfChanged(call, 'updateToken', {
      id: row.id,
      name: body.name,
      ...given,
      expiresAt: body.expiresAt,
    }),
  ])
  const changed = updated?.results[0]
  return changed ? ok(tokenDocument(changed)) : err(LAST_KEEPER)
})
