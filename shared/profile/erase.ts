import { emptyState, type ProfileState } from './state.ts'

/**
 * What is left of an erased person: that there was one, and until when. Callers with an old answer are sent back to the
 * graph, which says `suppressed`; the version goes on, so that no older document of this ID comes back anywhere.
 */
export function eraseProfile(state: ProfileState, at: number): ProfileState {
  const { workspace, id, epoch, version } = state
  return { ...emptyState(workspace, id), epoch, version: version + 1, erasedAt: state.erasedAt ?? at }
}
