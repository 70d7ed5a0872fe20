import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Outcome } from '../shared/event/outcome.ts'
import { type OwnEvent, ownCopy, sendOwnEvent } from './own-events.ts'
import { identityStub, profileStub } from './stubs.ts'

/** A profile that is on the move leads on; a longer chain than this is being rewritten. */
const MOST_HOPS = 5

/**
 * Tells a person's profile something at once: durable first, so that nothing that was answered can be lost, then applied,
 * so that the next reader finds it. The consumer meets the same copy later, for the archive and the effects.
 */
export async function applyOwnEvent(
  env: Env,
  own: OwnEvent,
  config: WorkspaceConfig,
): Promise<Outcome | 'unavailable' | 'nobody'> {
  if (!(await sendOwnEvent(env, own))) return 'unavailable'
  const item = { ...ownCopy(own, config.settings), identifiers: [] }
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    const [place] = await identityStub(env, own.workspace).places([{ kind: 'id', id: own.leaf }])
    if (place?.kind === 'busy') return 'unavailable'
    if (place?.kind !== 'placed') return 'nobody'
    const request = { epoch: place.epoch, configVersion: config.version, items: [item] }
    const answer = await profileStub(env, own.workspace, place.profile).apply(request)
    if (answer.kind === 'busy') return 'unavailable'
    const [outcome] = answer.kind === 'ok' ? answer.outcomes : []
    if (outcome) return outcome
  }
  return 'unavailable'
}
