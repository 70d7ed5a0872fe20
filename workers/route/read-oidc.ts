import { oidcProviderOf } from '../../platform/oidc-provider.ts'
import { readOidc } from '../../shared/contract/read-oidc.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_PROVIDER, oidcDocument } from './oidc-document.ts'

export const readOidcRoute = serve(readOidc, async (_, { env, workspace, request }) => {
  const provider = await oidcProviderOf(env, workspace)
  return provider ? ok(oidcDocument(request, provider)) : err(NO_PROVIDER)
})
