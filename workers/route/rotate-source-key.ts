import { secretKeyOf } from '../../platform/server-keys.ts'
import { MOST_LIVING_KEYS, rotated } from '../../shared/config/source-keys.ts'
import { rotateSourceKey } from '../../shared/contract/rotate-source-key.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { changeKeys } from './source-keys.ts'
import { sourceDocument } from './source-row.ts'

export const rotateSourceKeyRoute = serve(rotateSourceKey, async ({ params, body }, call) => {
  const changed = await changeKeys(call, 'rotateSourceKey', params.sourceId, body.key, (range) => {
    const next = rotated(range, body.revokeOld)
    return next ? ok(next) : err(TOO_MANY)
  })
  if (!changed.ok) return changed
  const row = changed.value
  const document = sourceDocument(call, row)
  if (body.key === 'writeKey') return ok(document)
  return ok({ ...document, secretKey: secretKeyOf(call.env.WRITE_KEY_SECRET, row.id, row.secret_key_now) })
})

const TOO_MANY = failure('conflict', `${MOST_LIVING_KEYS} keys are accepted already: revoke the old ones first`)
