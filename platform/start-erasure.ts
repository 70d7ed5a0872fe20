import type { CanonicalId } from '../shared/kernel/id.ts'
import { ulid } from '../shared/kernel/id.ts'
import type { PersonScope } from '../shared/profile/view.ts'
import { type Actor, auditStatement } from './audit.ts'
import { type ErasureRow, newErasure } from './erasure-row.ts'
import { identifierKey } from './hashing.ts'
import { callJob, jobStatement, newJobId } from './jobs.ts'
import { log } from './log.ts'
import { identityStub } from './stubs.ts'

/**
 * Begins to erase a person; answers the ID of the receipt. The receipt first, so that whatever breaks afterwards is
 * carried on by the job; then at once the graph, so that nothing more is taken for them.
 */
export async function startErasure(
  actor: Actor,
  profile: CanonicalId,
  scope: PersonScope,
  mode: ErasureRow['mode'],
): Promise<string> {
  const { env, workspace, now, tokenId } = actor
  const id = `ers_${ulid(now, crypto.getRandomValues(new Uint8Array(10)))}`
  const keys = scope.identifiers.map(({ type, match }) => identifierKey(env.IDENTITY_SECRET, workspace, type, match))
  const job = { id: newJobId(now), workspace, kind: 'erase-person', input: { erasure: id } }
  await env.DB.batch([
    newErasure(env, { workspace, id, profile, mode, scope: { leaves: scope.leaves, keys }, requestedAt: now }),
    jobStatement(env, job, now),
    auditStatement(actor, 'eraseProfile', { profile, erasure: id, mode }),
  ])
  try {
    const state = mode === 'suppress' ? 'kept' : 'open'
    await identityStub(env, workspace).erase(profile, { id, at: now, state }, { kind: 'person', at: now, by: tokenId })
  } catch (fault) {
    log.warn('erasure: the graph will be asked again by the job', { erasure: id, fault })
  }
  await callJob(env, { v: 1, workspace, id: job.id, turn: 0 })
  return id
}
