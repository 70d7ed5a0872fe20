import { hashToken } from '../../platform/hashing.ts'
import { newToken } from '../../platform/new-workspace.ts'
import { createToken } from '../../shared/contract/create-token.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { expiryFor, granterOf, mayHandle } from './token-limits.ts'
import { givenColumns, grantIn, TOKEN_COLUMNS, type TokenRow, tokenDocument } from './token-row.ts'

const MOST_TOKENS = 1_000

export const createTokenRoute = serve(createToken, async ({ body }, call) => {
  const { env, workspace, now } = call
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const given = body.role ? { role: body.role } : { scopes: body.scopes ?? [] }
  const columns = givenColumns(given)
  const { scopes } = grantIn(columns)
  const allowed = mayHandle(granter.value, scopes)
  if (!allowed.ok) return allowed
  const expiresAt = expiryFor(granter.value, body.expiresAt, now)
  if (!expiresAt.ok) return expiresAt
  const { id, text, name } = newToken(body.name, scopes)
  const [inserted] = await env.DB.batch<TokenRow>([
    env.DB.prepare(
      `INSERT INTO tokens (hash, id, workspace, name, scopes, role, expires_at, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?9, ?6, ?7 WHERE (SELECT count(*) FROM tokens WHERE workspace = ?3) < ?8
       RETURNING ${TOKEN_COLUMNS}`,
    ).bind(hashToken(text), id, workspace, name, columns.scopes, expiresAt.value, now, MOST_TOKENS, columns.role),
    auditIfChanged(call, 'createToken', { id, name, ...given, expiresAt: expiresAt.value }),
  ])
  const row = inserted?.results[0]
  if (!row) return err(failure('conflict', `a workspace has at most ${MOST_TOKENS} tokens: revoke one first`))
  return ok({ ...tokenDocument(row), token: text })
})
