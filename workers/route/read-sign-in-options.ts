import { oidcProviderOf, onlyOidcProvider } from '../../platform/oidc-provider.ts'
import { readSignInOptions } from '../../shared/contract/read-sign-in-options.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'

export const readSignInOptionsRoute = serve(readSignInOptions, async ({ query }, { env }) => {
  const provider =
    query.workspace === undefined ? await onlyOidcProvider(env) : await oidcProviderOf(env, query.workspace)
  if (!provider) return ok({ oidc: null })
  const { workspace, label } = provider
  return ok({ oidc: { workspace, label, url: `/sign-in/oidc?${new URLSearchParams({ workspace })}` } })
})
