import type { AudienceShardObject, PlacedMember, PlacedPerson, Search, ShardPreview } from '../durable-objects/index.ts'
import { combinationsOf, estimateCount } from '../shared/audience/count.ts'
import { searchQueryOf } from '../shared/audience/search-query.ts'
import {
  decodePlace,
  encodePlace,
  FIRST_PLACE,
  type Placed,
  pageOf,
  type ShardPlace,
} from '../shared/audience/shard-pages.ts'
import type { TriedCondition } from '../shared/audience/tried-condition.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import { type CanonicalId, isCanonicalId } from '../shared/kernel/id.ts'
import type { Condition } from '../shared/segment/condition.ts'
import { inPool } from './in-pool.ts'
import { log } from './log.ts'
import { patience } from './patience.ts'
import { missingPercentiles, withPercentiles } from './percentiles.ts'
import { audienceShards, audienceStub, profileStub, type Remote } from './stubs.ts'

/**
 * What is asked of a workspace's audience shards: each question goes to all of them at once and their answers are put
 * together by the pure rules in shared/audience.
 */
export interface SegmentCount {
  readonly count: number
  /** Epoch milliseconds. */
  readonly freshAsOf: number
  /** Who came and went in the last day. */
  readonly growth?: { readonly entered: number; readonly exited: number }
}

export async function countSegment(env: Env, workspace: string, key: string): Promise<SegmentCount> {
  const freshAsOf = Date.now()
  const counts = await fromAll(env, workspace, (shard) => shard.count(key))
  const [entered, exited] = [sumOf(counts.map((one) => one.entered)), sumOf(counts.map((one) => one.exited))]
  return { count: sumOf(counts.map((one) => one.members)), freshAsOf, growth: { entered, exited } }
}

export interface MembersPage {
  readonly members: readonly { readonly id: CanonicalId; readonly since: number }[]
  readonly cursor: string | null
}

export async function membersPage(
  env: Env,
  workspace: string,
  key: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): Promise<MembersPage> {
  const ask = (shard: Shard, after: number) => shard.members(key, after, limit + 1)
  const { rows, next } = await pageFrom<PlacedMember>(env, workspace, cursor, limit, ask)
  return { members: rows.map(({ id, since }) => ({ id: id as CanonicalId, since })), cursor: next }
}

export interface Preview {
  readonly count: number
  readonly exact: boolean
  readonly interval?: [number, number]
  readonly sample: readonly CanonicalId[]
  readonly tookMs: number
}

/** People asked when their documents do not decide. */
const MOST_ASKED = 200
/** Profiles asked side by side: enough to hide latency, few enough for local workerd's open files. */
const ASKED_AT_ONCE = 16
/** A preview does without whoever was active a moment ago rather than wait longer for it. */
const FRESHEN_MS = 2_000

export async function previewCondition(
  env: Env,
  config: WorkspaceConfig,
  condition: Condition,
  { sample }: { readonly sample: number },
  now: number,
): Promise<Preview> {
  const began = Date.now()
  await freshen(env, config.id)
  const tried = {
    condition,
    configVersion: config.version,
    percentiles: await missingPercentiles(env, config, condition),
    now,
  }
  const shards = await fromAll(env, config.id, (shard) => shard.preview(tried, sample))
  const counted = { in: sumOf(shards.map((shard) => shard.in)), unknown: sumOf(shards.map((shard) => shard.unknown)) }
  const asked = fairly(shards, counted.unknown)
  const verdicts = await askVerdicts(env, config.id, tried, asked)
  const members = [...shards.flatMap((shard) => shard.sample), ...verdicts.members]
  return {
    ...estimateCount(counted, { asked: verdicts.asked, in: verdicts.members.length }),
    sample: members.sort((a, b) => hash53(a) - hash53(b)).slice(0, sample) as CanonicalId[],
    tookMs: Date.now() - began,
  }
}

/** The share of each shard in the sample is its share of the undecided. */
function fairly(shards: readonly ShardPreview[], unknown: number): readonly string[] {
  if (unknown <= MOST_ASKED) return shards.flatMap((shard) => shard.undecided)
  const chosen = shards.flatMap((shard) =>
    shard.undecided.slice(0, Math.max(1, Math.floor((MOST_ASKED * shard.unknown) / unknown))),
  )
  return chosen.slice(0, MOST_ASKED)
}

async function askVerdicts(
  env: Env,
  workspace: string,
  tried: TriedCondition,
  ids: readonly string[],
): Promise<{ readonly asked: number; readonly members: readonly string[] }> {
  const members: string[] = []
  let asked = 0
  await inPool(ids, ASKED_AT_ONCE, async (id) => {
    const verdict = await patience(5_000, profileStub(env, workspace, id as CanonicalId).verdict(tried))
    // Whoever does not answer, and who is not there any more, is not in the sample.
    if (verdict.kind !== 'done' || verdict.value === 'unknown') return
    asked += 1
    if (verdict.value) members.push(id)
  })
  return { asked, members }
}

export interface Overlap {
  readonly combinations: readonly { readonly keys: readonly string[]; readonly count: number }[]
}

export async function overlapOf(env: Env, workspace: string, keys: readonly string[]): Promise<Overlap> {
  const counts = new Map<number, number>()
  for (const shard of await fromAll(env, workspace, (one) => one.maskCounts(keys)))
    for (const [mask, people] of shard) counts.set(mask, (counts.get(mask) ?? 0) + people)
  return { combinations: combinationsOf(keys, counts) }
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
  env: Env,
  workspace: string,
  { q, segment, traits, limit, cursor }: ProfileSearch,
): Promise<{ readonly ids: readonly CanonicalId[]; readonly cursor: string | null }> {
  const typed = q?.trim() ?? ''
  const id = isCanonicalId(typed) ? typed : null
  const text = typed === '' || id ? null : searchQueryOf(typed)
  if (text === undefined) return { ids: [], cursor: null }
  const wanted: Search = { text, id, segment: segment ?? null, traits: Object.entries(traits) }
  const ask = (shard: Shard, after: number) => shard.search(wanted, after, limit + 1)
  const { rows, next } = await pageFrom<PlacedPerson>(env, workspace, cursor, limit, ask)
  return { ids: rows.map(({ id }) => id as CanonicalId), cursor: next }
}

/** Everybody is looked at with a new or changed segment; the shards go on by themselves. Repeatable. */
export async function startBackfill(env: Env, known: WorkspaceConfig, key: string): Promise<void> {
  const condition = known.segments.find((segment) => segment.key === key)?.condition
  const config = condition ? await withPercentiles(env, known, condition, Date.now()) : known
  await fromAll(env, config.id, (shard) => shard.build(key, config.version))
}

export interface BackfillProgress {
  readonly state: 'building' | 'ready'
  readonly done: number
  readonly total: number
  readonly perSecond: number
}

export async function backfillProgress(env: Env, workspace: string, key: string): Promise<BackfillProgress> {
  const now = Date.now()
  const shards = await fromAll(env, workspace, (shard) => shard.progress(key))
  const known = shards.filter((shard) => shard !== null)
  const newest = Math.max(0, ...known.map(({ generation }) => generation))
  // A shard of an earlier generation has not heard of the last change yet.
  const ready =
    known.length === shards.length && known.every((one) => one.generation === newest && one.endedAt !== null)
  const done = sumOf(known.map((one) => one.done))
  const began = Math.min(now, ...known.map(({ startedAt }) => startedAt))
  const ended = ready ? Math.max(...known.map(({ endedAt }) => endedAt ?? now)) : now
  const perSecond = Math.round(done / Math.max(0.001, (ended - began) / 1_000))
  return { state: ready ? 'ready' : 'building', done, total: sumOf(known.map((one) => one.total)), perSecond }
}

type Shard = Remote<AudienceShardObject>

function fromAll<T>(env: Env, workspace: string, ask: (shard: Shard) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: audienceShards(env) }, (_, i) => ask(audienceStub(env, workspace, i))))
}

/** Asks whoever was active lately; what does not come in time, or fails, only makes the answer a little older. */
async function freshen(env: Env, workspace: string): Promise<void> {
  const waited = await patience(
    FRESHEN_MS,
    fromAll(env, workspace, (shard) => shard.freshen()),
  )
  if (waited.kind === 'failed')
    log.warn('audience: documents are not fresh', { workspace_id: workspace, fault: waited.fault })
}

async function pageFrom<T extends Placed>(
  env: Env,
  workspace: string,
  cursor: string | null,
  limit: number,
  ask: (shard: Shard, after: number) => Promise<readonly T[]>,
): Promise<{ readonly rows: readonly T[]; readonly next: string | null }> {
  const from = cursor === null ? FIRST_PLACE : decodePlace(cursor)
  const shards = audienceShards(env)
  if (!from || from.shard >= shards) return { rows: [], next: null }
  const answers = await Promise.all(
    Array.from({ length: shards - from.shard }, (_, i) =>
      ask(audienceStub(env, workspace, from.shard + i), i === 0 ? from.after : 0),
    ),
  )
  const { rows, next } = pageOf(from, answers, limit)
  return { rows, next: next ? encodePlace(next as ShardPlace) : null }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0)
}

export { percentileThresholds } from './percentiles.ts'
