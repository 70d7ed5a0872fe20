import { listProfileEvents } from '../../shared/contract/list-profile-events.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const listProfileEventsRoute = serve(listProfileEvents, async ({ params, query }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.events(query))
  return found.ok ? ok(found.value.value) : found
})
