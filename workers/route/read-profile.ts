import { readProfile } from '../../shared/contract/read-profile.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const readProfileRoute = serve(readProfile, async ({ params, query }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.read({ meta: query.meta === true }))
  return found.ok ? ok(found.value.value) : found
})
