import { identityStub } from '../platform/stubs.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Place } from '../shared/identity/place.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import type { CopyWork } from './copy.ts'
import { waitOf } from './faults.ts'

/** Step 2 for what Tributary itself tells: the leaf is known, and only where it is now is asked. Never cached: it is rare. */
export async function placeOwnCopies(env: Env, config: WorkspaceConfig, copies: readonly CopyWork[]): Promise<void> {
  const ids = [...new Set(copies.map(({ item }) => item.profile as CanonicalId))]
  try {
    const places = await identityStub(env, config.id).places(ids.map((id) => ({ kind: 'id', id })))
    const byId = new Map(ids.map((id, i) => [id, places[i] as Place]))
    for (const copy of copies) take(copy, byId.get(copy.item.profile as CanonicalId) as Place)
  } catch (fault) {
    for (const copy of copies) copy.waiting = waitOf(fault)
  }
}

function take(copy: CopyWork, place: Place): void {
  switch (place.kind) {
    case 'placed': {
      const { profile, leaf, epoch, arriving } = place
      copy.placed = { profile, leaf, epoch, arriving, held: [], refused: [], grown: false }
      return
    }
    case 'busy':
      copy.waiting = { for: 'profile_busy', reason: 'the profile is being split' }
      return
    case 'suppressed':
      copy.outcome = { kind: 'dropped', reason: 'suppressed' }
      return
    case 'unknown':
      copy.outcome = { kind: 'dropped', reason: 'no_usable_identifier' }
  }
}
