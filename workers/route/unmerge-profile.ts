import { identityStub } from '../../platform/stubs.ts'
import { unmergeProfile } from '../../shared/contract/unmerge-profile.ts'
import type { ReleaseRefusal } from '../../shared/identity/join.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { type Call, serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'
import { personCause } from './profile-pair.ts'

export const unmergeProfileRoute = serve(unmergeProfile, async ({ params, body }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.read({ meta: false }))
  if (!found.ok) return found
  const graph = identityStub(call.env, call.workspace)
  if (body.preview) {
    const planned = await graph.planRelease(found.value.id, body.mergeId)
    if ('refusal' in planned) return err(failureOf(planned.refusal))
    const { to, leaves } = planned.plan
    const split = await readFrom(planned.plan.from, call, (stub) => stub.previewSplit(to, leaves))
    return split.ok ? ok(split.value.value) : split
  }
  const released = await graph.release(found.value.id, body.mergeId, personCause(call))
  if ('refusal' in released) return err(failureOf(released.refusal))
  await auditStatement(call, 'unmergeProfile', { ...released, mergeId: body.mergeId }).run()
  const [left, right] = await Promise.all([side(released.left, call), side(released.right, call)])
  if (!left.ok) return left
  return right.ok ? ok({ left: left.value.value, right: right.value.value }) : right
})

function side(id: CanonicalId, call: Call) {
  return readFrom(id, call, (stub) => stub.read({ meta: false }))
}

function failureOf(refusal: ReleaseRefusal): Failure {
  switch (refusal) {
    case 'unknown':
      return failure('not_found', 'this person has no such merge')
    case 'undone':
      return failure('conflict', 'the merge was undone already')
    case 'busy':
      return failure('unavailable', 'another merge of this person is being carried out; please try again')
  }
}
