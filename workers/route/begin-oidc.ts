import { randomBytes } from 'node:crypto'
import { log } from '../../platform/log.ts'
import { discover, newVerifier } from '../../platform/oidc-calls.ts'
import { oidcProviderOf, onlyOidcProvider } from '../../platform/oidc-provider.ts'
import { outboundRules } from '../../platform/outbound-address.ts'
import { beginOidc } from '../../shared/contract/begin-oidc.ts'
import { ok } from '../../shared/kernel/result.ts'
import { JOURNEY_SECONDS, journeyCookie } from '../http/oidc-cookie.ts'
import { serve } from '../http/serve.ts'
import { redirectUriOf } from './oidc-document.ts'
import { insideOnly, leadTo, notTooOften, signInPageWith } from './oidc-ways.ts'

export const beginOidcRoute = serve(beginOidc, async ({ query }, { env, request, now }) => {
  const often = notTooOften(request, now)
  if (!often.ok) return often
  const provider =
    query.workspace === undefined ? await onlyOidcProvider(env) : await oidcProviderOf(env, query.workspace)
  if (!provider) return ok(leadTo(signInPageWith('provider', query.workspace)))
  const { workspace, issuer, clientId } = provider
  const found = await discover(issuer, outboundRules(env))
  if (!found.ok) {
    log.warn('oidc: the provider cannot be asked', { workspace_id: workspace, reason: found.failure })
    return ok(leadTo(signInPageWith('provider', workspace)))
  }
  const { verifier, challenge } = newVerifier()
  const [state, nonce] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')]
  const url = new URL(found.value.authorization_endpoint)
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUriOf(request),
    scope: 'openid email profile',
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }))
    url.searchParams.set(name, value)
  const endsAt = now + JOURNEY_SECONDS * 1_000
  const journey = { workspace, state, nonce, verifier, next: insideOnly(query.next), endsAt }
  return ok(leadTo(url.toString(), journeyCookie(request, env, journey)))
})
