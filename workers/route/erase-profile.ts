import { startErasure } from '../../platform/start-erasure.ts'
import { eraseProfile } from '../../shared/contract/erase-profile.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const eraseProfileRoute = serve(eraseProfile, async ({ params, query }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.scope())
  if (!found.ok) return found
  return ok({ erasureId: await startErasure(call, found.value.id, found.value.value, query.mode) })
})
