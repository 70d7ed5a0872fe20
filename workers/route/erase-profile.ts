import { newErasure } from '../../platform/erasure-row.ts'
import { identifierKey } from '../../platform/hashing.ts'
import { callJob, jobStatement, newJobId } from '../../platform/jobs.ts'
import { identityStub } from '../../platform/stubs.ts'
import { eraseProfile } from '../../shared/contract/erase-profile.ts'
import { ulid } from '../../shared/kernel/id.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'
import { personCause } from './profile-pair.ts'

/** The receipt first, so that whatever breaks afterwards is carried on by the job; then at once the graph. */
export const eraseProfileRoute = serve(eraseProfile, async ({ params, query }, call) => {
  const { env, workspace, now } = call
  const found = await readFrom(params.ref, call, (stub) => stub.scope())
  if (!found.ok) return found
  const { id: profile, value: scope } = found.value
  const id = `ers_${ulid(now, crypto.getRandomValues(new Uint8Array(10)))}`
  const keys = scope.identifiers.map(({ type, match }) => identifierKey(env.IDENTITY_SECRET, workspace, type, match))
  const job = { id: newJobId(now), workspace, kind: 'erase-person', input: { erasure: id } }
  await env.DB.batch([
    newErasure(env, {
      workspace,
      id,
      profile,
      mode: query.mode,
      scope: { leaves: scope.leaves, keys },
      requestedAt: now,
    }),
    jobStatement(env, job, now),
    auditStatement(call, 'eraseProfile', { profile, erasure: id, mode: query.mode }),
  ])
  try {
    const state = query.mode === 'suppress' ? 'kept' : 'open'
    await identityStub(env, workspace).erase(profile, { id, at: now, state }, personCause(call))
  } catch (fault) {
    console.warn(`erasure ${id}: the graph will be asked again by the job`, fault)
  }
  await callJob(env, { v: 1, workspace, id: job.id, turn: 0 })
  return ok({ erasureId: id })
})
