import type { OidcProvider } from '../../platform/oidc-provider.ts'
import type { OidcDocument } from '../../shared/contract/oidc-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'

export const NO_PROVIDER = failure('not_found', 'this workspace has no provider to sign in with')

export function redirectUriOf(request: Request): string {
  return `${new URL(request.url).origin}/sign-in/oidc/callback`
}

export function oidcDocument(request: Request, provider: OidcProvider): OidcDocument {
  const { workspace, label, issuer, clientId, domains, sealed, updatedAt } = provider
  return {
    label,
    issuer,
    clientId,
    domains,
    hasClientSecret: sealed !== null,
    redirectUri: redirectUriOf(request),
    signInUrl: `${new URL(request.url).origin}/sign-in?${new URLSearchParams({ workspace })}`,
    updatedAt: toIso(updatedAt),
  }
}
