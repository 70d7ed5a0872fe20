import { WEEK } from '../kernel/instant.ts'
import type { PassedChange, ProfileState } from './state.ts'

/** What one profile remembers of changes that were never told: as long as a trace is kept, and no more than this. */
const MOST_PASSED = 20
const KEEP_MS = WEEK

export function notePassed(state: ProfileState, change: PassedChange, now: number): void {
  const kept = (state.passed ?? []).filter(({ ended }) => ended > now - KEEP_MS)
  state.passed = [...kept, change].slice(-MOST_PASSED)
}
