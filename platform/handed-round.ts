import {
  type Compaction,
  FAIR_MS,
  HANDED_LIMITS,
  HEARD_MS,
  MOST_HANDED_MS,
  type OpenRound,
  pickRound,
  ROUND_MS,
} from '../shared/lake/compaction.ts'
import { COMPACTION_KEY, STREAMS } from '../shared/lake/lake-key.ts'
import { unreadableAmong } from './lake-aside.ts'
import { readCompaction, type WaitingHour, waitingHours } from './lake-bronze.ts'
import { swapTagged, type Tagged } from './lake-json.ts'
import { readRoot, swapRoot } from './lake-manifest.ts'
import { arrived, closeRound } from './lake-rounds.ts'
import { carryOutSealed } from './sealed-round.ts'

/**
 * Rounds that are handed out to a compactor outside of the Worker (docs/decisions/0013): of objects that hold the lines of
 * its workspace alone, so that it sees nobody else's and nobody else waits for it. It makes Parquet; what needs a secret,
 * and every change of a manifest, stays here.
 *
 *   opened ──heard of──► sealed: what it ends with is written down ──whoever is at it──► done: files named, objects taken
 *      └──silent for two minutes, or given back──► given up: the root is past the round, its objects wait again
 */
export type HandedRound = OpenRound & { readonly handed: NonNullable<OpenRound['handed']> }

export interface Holding {
  readonly state: Tagged<Compaction>
  readonly open: HandedRound
}

export interface Asking {
  readonly workspace: string
  /** Name of the compactor: a round that it left open is its own. */
  readonly by: string
  /** As many lines as it likes to have at once. */
  readonly lines?: number | undefined
}

/** `busy`: another one is at it, or it is the Worker's turn. */
export async function handOut(env: Env, asking: Asking, now: number): Promise<HandedRound | 'nothing' | 'busy'> {
  const { workspace, by, lines = HANDED_LIMITS.lines } = asking
  const bucket = env.LAKE
  const before = await settled(env, asking, now)
  if (before === 'busy') return 'busy'
  if (isHanded(before.value.open)) return before.value.open
  const found = await firstOwn(bucket, workspace, before.value.closedBefore, now)
  if (!found) return 'nothing'
  if (before.value.handedLast && found.othersSince <= now - FAIR_MS) return 'busy'
  const { stream, hour, objects } = found.waiting
  const oldestFirst = objects.toSorted((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
  const picked = pickRound(oldestFirst, { ...HANDED_LIMITS, lines: Math.min(lines, HANDED_LIMITS.lines) })
  const { generation } = (await readRoot(bucket, workspace)).value
  const handed = { workspace, since: now, generation: generation + 1 }
  const open = { round: before.value.round + 1, stream, hour, objects: [...picked], by, at: now, handed }
  const etag = await swapTagged(bucket, COMPACTION_KEY, { ...before.value, open }, before.etag)
  return etag === null ? 'busy' : open
}

/** The state with no round open but one of this very compactor, which it is heard of with. */
async function settled(env: Env, { workspace, by }: Asking, now: number) {
  const before = await readCompaction(env.LAKE)
  const { open } = before.value
  if (!open) return before
  const isOwn = isHanded(open) && open.handed.workspace === workspace && open.by === by
  if (!isOwn && !(isHanded(open) && now - open.at >= ROUND_MS)) return 'busy'
  const mine = { ...open, by, at: now }
  const value: Compaction = { ...before.value, open: mine }
  const etag = await swapTagged(env.LAKE, COMPACTION_KEY, value, before.etag)
  if (etag === null) return 'busy'
  if (isOwn && open.handed.sealed === undefined && now - open.handed.since < MOST_HANDED_MS) return { value, etag }
  return (await endHanded(env, { state: { value, etag }, open: mine }, now)) ?? 'busy'
}

export function isHanded(open: OpenRound | null): open is HandedRound {
  return open?.handed !== undefined
}

/** The first hour in which something of the workspace alone waits, and since when others' wait that came before. */
async function firstOwn(bucket: R2Bucket, workspace: string, closedBefore: Compaction['closedBefore'], now: number) {
  let othersSince = Number.POSITIVE_INFINITY
  for (const stream of STREAMS) {
    for await (const hour of waitingHours(bucket, stream, closedBefore[stream], now)) {
      for (const other of hour.objects) if (other.workspace !== workspace) othersSince = Math.min(othersSince, other.at)
      const own = { ...hour, objects: hour.objects.filter((object) => object.workspace === workspace) }
      const objects = hour.hour < closedBefore[stream] ? await arrived(bucket, own, now) : own.objects
      if (objects.length > 0) return { waiting: { ...own, objects } satisfies WaitingHour, othersSince }
    }
  }
  return undefined
}

/** The round as this compactor holds it; undefined when it does not any more. Asking is being heard of. */
export async function heldRound(
  env: Env,
  { workspace, by, round }: Asking & { readonly round: number },
  now: number,
): Promise<Holding | undefined> {
  const before = await readCompaction(env.LAKE)
  const { open } = before.value
  if (!isHanded(open) || open.round !== round || open.handed.workspace !== workspace || open.by !== by) return undefined
  if (now - open.at < HEARD_MS || now - open.handed.since >= MOST_HANDED_MS) return { state: before, open }
  const heard = { ...open, at: now }
  const value: Compaction = { ...before.value, open: heard }
  const etag = await swapTagged(env.LAKE, COMPACTION_KEY, value, before.etag)
  // It may have been heard of twice at once.
  return etag === null ? heldRound(env, { workspace, by, round }, open.at) : { state: { value, etag }, open: heard }
}

/**
 * Ends a round that was handed out, whatever its compactor does meanwhile: by what it was sealed with, or by a root that is
 * past it. Answers the state after it; undefined when somebody else has the round now.
 */
export async function endHanded(
  env: Env,
  { state, open }: Holding,
  now: number,
): Promise<Tagged<Compaction> | undefined> {
  const { round, handed } = open
  // Whose settings cannot be read is not waited for either.
  const isLost = (await unreadableAmong(env, [handed.workspace])).length > 0
  if (handed.sealed !== undefined && !isLost) return (await carryOutSealed(env, { state, open }, now))?.state
  await swapRoot(env.LAKE, handed.workspace, [], now, (root) =>
    root.round < round ? { round, abandoned: round } : undefined,
  )
  return closeRound(env.LAKE, state, open)
}
