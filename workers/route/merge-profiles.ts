import { mergeByDecision } from '../../platform/identity-decisions.ts'
import { mergeProfiles } from '../../shared/contract/merge-profiles.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'
import { pairOf, personCause } from './profile-pair.ts'

const REFUSALS = {
  same: 'they are one person already',
  cap: 'together they would have more leaves or identifiers than any profile may',
} as const

export const mergeProfilesRoute = serve(mergeProfiles, async ({ params, body }, call) => {
  const pair = await pairOf(params.ref, body.with, call)
  if (!pair.ok) return pair
  const { a, b, config } = pair.value
  const merged = await mergeByDecision(call.env, config, a, b, personCause(call))
  if ('refusal' in merged) {
    if (merged.refusal === 'unknown') return err(failure('not_found', 'there is no such profile'))
    return err(failure('conflict', merged.refusal === 'same' ? REFUSALS.same : REFUSALS.cap))
  }
  await auditStatement(call, 'mergeProfiles', { profiles: [a, b], mergeId: merged.mergeId }).run()
  const found = await readFrom(merged.id, call, (stub) => stub.read({ meta: false }))
  return found.ok ? ok(found.value.value) : found
})
