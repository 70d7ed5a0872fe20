import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import type { Condition } from '../shared/segment/condition.ts'

/**
 * What is asked of a workspace's audience shards. The shards are not there yet: every question fails, and whoever asks
 * does without (a segment has no count, a build waits). THE ENGINEER OF THE AUDIENCE SHARDS REPLACES THIS FILE.
 */
function notYet(): never {
  // Told apart from a fault of ours: whoever calls is asked to come back (platform/transient.ts).
  throw Object.assign(new Error('there are no audience shards yet'), { retryable: true })
}

export interface SegmentCount {
  readonly count: number
  /** Epoch milliseconds. */
  readonly freshAsOf: number
  readonly growth?: { readonly entered: number; readonly exited: number }
}

export async function countSegment(_env: Env, _workspace: string, _key: string): Promise<SegmentCount> {
  notYet()
}

export interface MembersPage {
  readonly members: readonly { readonly id: CanonicalId; readonly since: number }[]
  readonly cursor: string | null
}

export async function membersPage(
  _env: Env,
  _workspace: string,
  _key: string,
  _page: { readonly limit: number; readonly cursor: string | null },
): Promise<MembersPage> {
  notYet()
}

export interface Preview {
  readonly count: number
  readonly exact: boolean
  readonly interval?: [number, number]
  readonly sample: readonly CanonicalId[]
  readonly tookMs: number
}

export async function previewCondition(
  _env: Env,
  _config: WorkspaceConfig,
  _condition: Condition,
  _options: { readonly sample: number },
  _now: number,
): Promise<Preview> {
  notYet()
}

export interface Overlap {
  readonly combinations: readonly { readonly keys: readonly string[]; readonly count: number }[]
}

export async function overlapOf(_env: Env, _workspace: string, _keys: readonly string[]): Promise<Overlap> {
  notYet()
}

export interface ProfileSearch {
  readonly q?: string
  readonly segment?: string
  /** By path. */
  readonly traits: Readonly<Record<string, string>>
  readonly limit: number
  readonly cursor: string | null
}

export async function searchProfiles(
  _env: Env,
  _workspace: string,
  _search: ProfileSearch,
): Promise<{ readonly ids: readonly CanonicalId[]; readonly cursor: string | null }> {
  notYet()
}

export async function startBackfill(_env: Env, _config: WorkspaceConfig, _key: string): Promise<void> {
  notYet()
}

export interface BackfillProgress {
  readonly state: 'building' | 'ready'
  readonly done: number
  readonly total: number
  readonly perSecond: number
}

export async function backfillProgress(_env: Env, _workspace: string, _key: string): Promise<BackfillProgress> {
  notYet()
}
