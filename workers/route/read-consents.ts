import { readConsents } from '../../shared/contract/read-consents.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const readConsentsRoute = serve(readConsents, async ({ params }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.consents())
  return found.ok ? ok(found.value.value) : found
})
