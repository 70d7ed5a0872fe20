import { withoutOld } from '../../shared/config/source-keys.ts'
import { revokeSourceKeys } from '../../shared/contract/revoke-source-keys.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { changeKeys } from './source-keys.ts'
import { sourceDocument } from './source-row.ts'

export const revokeSourceKeysRoute = serve(revokeSourceKeys, async ({ params, body }, call) => {
  const changed = await changeKeys(call, 'revokeSourceKeys', params.sourceId, body.key, (range) =>
    ok(withoutOld(range)),
  )
  return changed.ok ? ok(sourceDocument(call, changed.value)) : changed
})
