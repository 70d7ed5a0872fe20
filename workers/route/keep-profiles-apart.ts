import { keepApart } from '../../platform/identity-decisions.ts'
import { keepProfilesApart } from '../../shared/contract/keep-profiles-apart.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { pairOf, personCause } from './profile-pair.ts'

export const keepProfilesApartRoute = serve(keepProfilesApart, async ({ params, body }, call) => {
  const pair = await pairOf(params.ref, body.from, call)
  if (!pair.ok) return pair
  const { a, b, config } = pair.value
  const answer = await keepApart(call.env, config, a, b, personCause(call))
  if (answer === 'unknown') return err(failure('not_found', 'there is no such profile'))
  if (answer === 'same') return err(failure('conflict', 'they are one person already; undo the merge instead'))
  await auditStatement(call, 'keepProfilesApart', { profiles: [a, b] }).run()
  return ok({ apart: [a, b] as [string, string] })
})
