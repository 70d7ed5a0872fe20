import { deleteOidc } from '../../shared/contract/delete-oidc.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_PROVIDER } from './oidc-document.ts'

export const deleteOidcRoute = serve(deleteOidc, async (_, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch([
    env.DB.prepare('DELETE FROM oidc_providers WHERE workspace = ? RETURNING workspace').bind(workspace),
    auditIfChanged(call, 'deleteOidc', {}),
  ])
  return deleted?.results[0] ? ok(null) : err(NO_PROVIDER)
})
