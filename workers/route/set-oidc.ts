import { discover } from '../../platform/oidc-calls.ts'
import { oidcProviderOf, sealedClientSecret } from '../../platform/oidc-provider.ts'
import { outboundRules } from '../../platform/outbound-address.ts'
import { ROLES } from '../../shared/contract/roles.ts'
import { setOidc } from '../../shared/contract/set-oidc.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { NO_PROVIDER, oidcDocument } from './oidc-document.ts'
import { granterOf, mayHandle } from './token-limits.ts'

export const setOidcRoute = serve(setOidc, async ({ body }, call) => {
  const { env, workspace, request, now } = call
  const { label, issuer, clientId, domains, clientSecret } = body
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  // Whoever comes from a domain is given its role in the name of who said so.
  const allowed = mayHandle(
    granter.value,
    Object.values(domains).flatMap((role) => ROLES[role].scopes),
  )
  if (!allowed.ok) return allowed
  const found = await discover(issuer, outboundRules(env))
  if (!found.ok)
    return err(failure('unprocessable', `issuer: ${found.failure}`, [{ path: 'issuer', message: found.failure }]))
  const before = await oidcProviderOf(env, workspace)
  const kept = before?.issuer === issuer && before.clientId === clientId ? before.sealed : null
  const sealed =
    clientSecret === undefined ? kept : clientSecret === null ? null : sealedClientSecret(env, workspace, clientSecret)
  const isOther = before !== undefined && before.issuer !== issuer
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO oidc_providers (workspace, label, issuer, client_id, sealed, domains, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (workspace) DO UPDATE SET
       label = ?2, issuer = ?3, client_id = ?4, sealed = ?5, domains = ?6, updated_at = ?7`,
    ).bind(workspace, label, issuer, clientId, sealed, JSON.stringify(domains), now),
    // Who somebody was at another provider says nothing about this one.
    env.DB.prepare('UPDATE members SET subject = NULL WHERE workspace = ? AND ?').bind(workspace, Number(isOther)),
    auditStatement(call, 'setOidc', { label, issuer, clientId, domains, clientSecret: said(clientSecret) }),
  ])
  const provider = await oidcProviderOf(env, workspace)
  return provider ? ok(oidcDocument(request, provider)) : err(NO_PROVIDER)
})

function said(secret: string | null | undefined): string {
  return secret === undefined ? 'kept' : secret === null ? 'taken away' : 'changed'
}
