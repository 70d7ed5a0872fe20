import { unmaskProfile } from '../../shared/contract/unmask-profile.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { type Call, serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'

const NOT_HERE = failure('forbidden', 'this workspace does not let your role see personal values')

/** Nothing is shown before it is written down who looked. */
export const unmaskProfileRoute = serve(unmaskProfile, async ({ params, body }, call) => {
  const { env, masked } = call
  if (masked && !(await isLet(call))) return err(NOT_HERE)
  const found = await readFrom(params.ref, call, (stub) => stub.read({ meta: true }))
  if (!found.ok) return found
  await env.DB.batch([auditStatement(call, 'unmaskProfile', { profile: found.value.id, reason: body.reason })])
  return ok(found.value.value)
})

/** From D1 itself: what an admin forbade a moment ago is forbidden. */
async function isLet({ env, workspace }: Call): Promise<boolean> {
  const row = await env.DB.prepare(
    "SELECT json_extract(settings, '$.privacy.analystsMayUnmask') AS may FROM workspaces WHERE id = ?",
  )
    .bind(workspace)
    .first<{ may: number | null }>()
  return row?.may === 1
}
