import type { MergeOperation, ReleaseOperation } from '../../shared/identity/graph.ts'
import type { HandOver } from '../../shared/identity/operations.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { MemoryTimeline } from '../../shared/profile/memory-timeline.ts'
import { beginMerge, handOverPage, type Staging, stagePage, tombstoneOf } from '../../shared/profile/merge.ts'
import { PROFILE_LIMITS } from '../../shared/profile/profile-limits.ts'
import { confirmRelease, goLivePage, letGoPage } from '../../shared/profile/release.ts'
import { decodeState, emptyState, encodeState, type ProfileState } from '../../shared/profile/state.ts'

/** Profiles in memory, with the real functions that merge and split them, carried out at once. */
export interface MemoryProfile {
  state: ProfileState
  timeline: MemoryTimeline
  readonly staged: Map<number, Map<number, string>>
}

export function aMemoryProfile(id: CanonicalId): MemoryProfile {
  return { state: emptyState('w', id), timeline: new MemoryTimeline(), staged: new Map() }
}

/** What an eviction does to memory: everything comes from the row. */
export function evict(profile: MemoryProfile): void {
  profile.state = decodeState(encodeState(profile.state))
}

export function stagingOf({ staged }: MemoryProfile): Staging {
  return {
    put: (operation, index, page) => {
      const pages = staged.get(operation) ?? new Map<number, string>()
      staged.set(operation, pages.set(index, page))
    },
    page: (operation, index) => staged.get(operation)?.get(index),
    clear: (operation) => void staged.delete(operation),
  }
}

export function mergeNow(winner: MemoryProfile, loser: MemoryProfile, overrides: Partial<MergeOperation> = {}): void {
  const operation: MergeOperation = {
    seq: 1,
    kind: 'merge',
    winner: winner.state.id,
    loser: loser.state.id,
    leaves: [loser.state.id],
    cause: { kind: 'message', at: 0 },
    done: false,
    ...overrides,
  }
  beginMerge(winner.state, operation)
  passPages(
    (cursor) => handOverPage(loser.state, loser.timeline, operation, cursor),
    (page, index, last) =>
      stagePage(winner.state, winner.timeline, stagingOf(winner), operation, page, index, last, PROFILE_LIMITS),
  )
  evict(winner)
}

/** The loser's last step, which a repeated merge may come before. */
export function forgetNow(loser: MemoryProfile, winner: CanonicalId): void {
  const operation = { winner } as MergeOperation
  loser.state = tombstoneOf(loser.state, operation) as ProfileState
  loser.timeline = new MemoryTimeline()
}

export function releaseNow(
  from: MemoryProfile,
  to: MemoryProfile,
  leaves: readonly CanonicalId[] = [to.state.id],
  seq = 2,
): void {
  const operation: ReleaseOperation = {
    seq,
    kind: 'release',
    from: from.state.id,
    to: to.state.id,
    leaves,
    undoes: 1,
    cause: { kind: 'person', at: 0 },
    done: false,
  }
  passPages(
    (cursor) => letGoPage(from.state, from.timeline, stagingOf(from), operation, cursor),
    (page, index, last) =>
      goLivePage(to.state, to.timeline, stagingOf(to), operation, page, index, last, PROFILE_LIMITS),
  )
  confirmRelease(from.state, stagingOf(from), operation)
  evict(from)
  evict(to)
}

function passPages(
  take: (cursor: string | null) => HandOver<string>,
  give: (page: string, index: number, last: boolean) => unknown,
): void {
  for (let cursor: string | null = null, index = 0, last = false; !last; index++) {
    const { page, next } = take(cursor)
    last = next === null
    give(page, index, last)
    cursor = next
  }
}
