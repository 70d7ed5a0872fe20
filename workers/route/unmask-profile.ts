import { ConfigStore } from '../../platform/config-store.ts'
import { unmaskProfile } from '../../shared/contract/unmask-profile.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'

const NOT_HERE = failure('forbidden', 'this workspace does not let your role see personal values')
const UNREADABLE = failure('unavailable', 'whether you may cannot be read at the moment; please try again')

/** Nothing is shown before it is written down who looked. */
export const unmaskProfileRoute = serve(unmaskProfile, async ({ params, body }, call) => {
  const { env, workspace, masked } = call
  if (masked) {
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (config === 'unreadable') return err(UNREADABLE)
    if (config === 'unknown' || !config.settings.privacy.analystsMayUnmask) return err(NOT_HERE)
  }
  const found = await readFrom(params.ref, call, (stub) => stub.read({ meta: true }))
  if (!found.ok) return found
  await env.DB.batch([auditStatement(call, 'unmaskProfile', { profile: found.value.id, reason: body.reason })])
  return ok(found.value.value)
})
