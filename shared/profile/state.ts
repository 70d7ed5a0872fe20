import type { CanonicalId } from '../kernel/id.ts'
import { asDict, type Dict, dict } from '../kernel/json.ts'
import type { Effect } from './effect.ts'
import { type Leaf, type LeafJson, leafFromJson } from './leaf.ts'

/**
 * Everything a profile object remembers outside its timeline, as one JSON row with a schemaVersion that is upgraded on
 * read (new code must read old rows: objects wake up years apart). Kept small: a written row costs the same whatever
 * its size, but a row may not exceed 2 MB.
 */
export interface ProfileState {
  readonly schemaVersion: 1
  readonly id: CanonicalId
  readonly workspace: string
  /** The audience shards have yet to hear how this profile is. */
  documentOwed?: true
  /** When the person was erased: nothing else is left, and nothing comes back. Epoch ms. */
  erasedAt?: number
  /** Raised by the graph when the profile is split; callers with an older one are sent back to the graph. */
  epoch: number
  /** Raised with every write; the order of documents sent elsewhere. */
  version: number
  /** Where the person went, after a merge in which this profile lost. */
  redirect: CanonicalId | null
  leaves: Dict<Leaf>
  segments: Dict<Membership>
  /** Changes of memberships that were taken back before they were told, newest last. */
  passed?: readonly PassedChange[]
  /** Effects caused by alarms, until the queue has them. */
  outbox: Effect[]
  /** Greatest config version this profile was evaluated with. */
  configVersion: number
  /** Greatest arrival time seen: the instant as of which counters fold. */
  asOf: number
  /** Merges into this profile and splits of it that are not complete; nothing is emitted meanwhile. */
  merging: number[]
  /** Events taken per minute of arrival, newest few minutes only. */
  rate: Dict<number>
  /** Set once the timeline was pruned: the latest position that was taken out. */
  floor: Position | null
}

/** A place in a timeline: ordered by time, then messageId. */
export interface Position {
  readonly at: number
  readonly id: string
}

export function before(a: Position, b: Position): boolean {
  return a.at !== b.at ? a.at < b.at : a.id < b.id
}

/** What was emitted about one segment, and what waits. */
export interface Membership {
  member: boolean
  /** Event time of the last emitted change; 0 before the first. */
  since: number
  /** How many changes were emitted: names the next one. */
  emitted: number
  /** The evaluated membership differs from the emitted one; at `dueAt` it is looked at again. `since`: of which event. */
  pending?: { readonly dueAt: number; readonly since?: number }
  /** When time alone changes the verdict next. */
  nextAt?: number
  /** At that instant many profiles change: this one is looked at a little later (emission.ts). */
  shared?: true
  /** The last change was not told (a rebuild made it): others still believe the opposite. */
  silent?: true
  /** In only because a merged profile was: its leaf, and how many changes were emitted by then. */
  inherited?: { readonly leaf: CanonicalId; readonly emitted: number }
}

/** A change that began and ended inside the window: nobody is told, but who asks for a trace is. */
export interface PassedChange {
  readonly segment: string
  readonly change: 'ENTER' | 'EXIT'
  /** Time of the event that began it. */
  readonly began: number
  /** Time of the event, or the instant, that ended it. */
  readonly ended: number
}

/** What others were told of a membership. */
export function toldMember({ member, silent }: Pick<Membership, 'member' | 'silent'>): boolean {
  return silent ? !member : member
}

export function emptyState(workspace: string, id: CanonicalId): ProfileState {
  return {
    schemaVersion: 1,
    id,
    workspace,
    epoch: 0,
    version: 0,
    redirect: null,
    leaves: dict(),
    segments: dict(),
    outbox: [],
    configVersion: 0,
    asOf: 0,
    merging: [],
    rate: dict(),
    floor: null,
  }
}

export function encodeState(state: ProfileState): string {
  return JSON.stringify(state)
}

/** The state in a row. Throws on a schemaVersion newer than this code: an older deployment must not overwrite it. */
export function decodeState(text: string): ProfileState {
  const json = JSON.parse(text) as Omit<ProfileState, 'leaves'> & { leaves: Record<string, LeafJson> }
  if (json.schemaVersion !== 1)
    throw new Error(`profile state has schemaVersion ${json.schemaVersion}; this code knows 1`)
  const leaves: Dict<Leaf> = dict()
  for (const id of Object.keys(json.leaves)) leaves[id] = leafFromJson(json.leaves[id] as LeafJson)
  return { ...json, leaves, segments: asDict(json.segments), rate: asDict(json.rate) }
}
