import { listTraitWrites } from '../../shared/contract/list-trait-writes.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const listTraitWritesRoute = serve(listTraitWrites, async ({ params: { ref, trait } }, call) => {
  const found = await readFrom(ref, call, (stub) => stub.traitWrites(trait))
  return found.ok ? ok({ writes: found.value.value }) : found
})
