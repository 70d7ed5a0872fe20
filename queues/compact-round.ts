import { keyedBy } from '../platform/erased-person.ts'
import { endHanded, isHanded } from '../platform/handed-round.ts'
import { setAside, unreadableAmong } from '../platform/lake-aside.ts'
import { readCompaction, readLines, type WaitingHour, waitingHours } from '../platform/lake-bronze.ts'
import { unknownRows } from '../platform/lake-files.ts'
import { swapTagged, type Tagged } from '../platform/lake-json.ts'
import { readDay, readRoot, swapRoot, writeSilver } from '../platform/lake-manifest.ts'
import { arrived, finishRound } from '../platform/lake-rounds.ts'
import { settingsOf } from '../platform/sealed-round.ts'
import { withoutErased } from '../platform/without-erased.ts'
import { HOUR } from '../shared/kernel/instant.ts'
import { type Compaction, closesAt, type OpenRound, pickRound, ROUND_MS } from '../shared/lake/compaction.ts'
import { COMPACTION_KEY, STREAMS, type Stream } from '../shared/lake/lake-key.ts'
import { filesOfHour, type PartitionChange } from '../shared/lake/manifest.ts'
import { byWorkspace, type PlacedLine, splitLines } from '../shared/lake/split-lines.ts'
import { heldPartitions } from './quality-round.ts'

/**
 * One round of compaction, bronze to silver (docs/lake.md, "Rounds"). Whatever it stops at, the same round is carried
 * out again, by the same runner or another one, and what it did already is not done twice.
 *
 * `nothing`: nothing older than `until` waits. `busy`: somebody else is at it.
 */
export type RoundEnd = 'done' | 'nothing' | 'busy'

export interface Compactor {
  /** Its name: a round that it left open is its own. */
  readonly by: string
  readonly now: number
  /** What was written later than this need not be taken yet, epoch milliseconds. */
  readonly until: number
}

export async function compactRound(env: Env, compactor: Compactor): Promise<RoundEnd> {
  const { ends } = await compactRounds(env, compactor, { rounds: 1, ms: 0 })
  return ends
}

export interface RoundsEnd {
  readonly ends: RoundEnd
  /** How many were carried out. */
  readonly rounds: number
}

/**
 * Rounds out of one listing: an hour that is open has many thousands of objects, of which a round takes a few hundred, and
 * listing them for each would be most of the work. While nobody else changes the state, what waited waits.
 */
export async function compactRounds(
  env: Env,
  compactor: Compactor,
  most: { readonly rounds: number; readonly ms: number },
): Promise<RoundsEnd> {
  const { by, now } = compactor
  const bucket = env.LAKE
  const before = await readCompaction(bucket)
  const { open } = before.value
  if (open) {
    if (open.by !== by && now - open.at < ROUND_MS) return { ends: 'busy', rounds: 0 }
    const mine = { ...open, by, at: now }
    const etag = await swapTagged(bucket, COMPACTION_KEY, { ...before.value, open: mine }, before.etag)
    if (etag === null) return { ends: 'busy', rounds: 0 }
    const state = { value: { ...before.value, open: mine }, etag }
    const done = isHanded(mine)
      ? await endHanded(env, { state, open: mine }, now)
      : await carryOut(env, state, mine, now)
    return done ? { ends: 'done', rounds: 1 } : { ends: 'busy', rounds: 0 }
  }
  const due = await nextDue(bucket, before, compactor)
  if (due === 'nothing') return { ends: due, rounds: 0 }
  const begun = Date.now()
  let { state, waiting } = due
  let rounds = 0
  do {
    const at = now + (Date.now() - begun)
    const opened = await openRound(bucket, state, waiting, { by, at })
    const done = opened && (await carryOut(env, opened.state, opened.open, at))
    if (!done) return { ends: 'busy', rounds }
    rounds += 1
    const taken = new Set(opened.open.objects)
    state = done
    waiting = { ...waiting, objects: waiting.objects.filter(({ name }) => !taken.has(name)) }
  } while (isDue(waiting, compactor) && rounds < most.rounds && Date.now() - begun < most.ms)
  return { ends: 'done', rounds }
}

function isDue({ objects }: WaitingHour, { until }: Compactor): boolean {
  return objects.some(({ at }) => at <= until)
}

/** What is due next, and the state with the hours closed in which nothing waits any more. */
async function nextDue(bucket: R2Bucket, before: Tagged<Compaction>, { now, until }: Compactor) {
  const closedBefore = { ...before.value.closedBefore }
  for (const stream of STREAMS) {
    const found = await firstDue(bucket, stream, closedBefore[stream], until, now)
    closedBefore[stream] = Math.max(closedBefore[stream], Math.min(found.unlisted, closedUpTo(now)))
    if (found.due) return { state: { ...before, value: { ...before.value, closedBefore } }, waiting: found.due }
  }
  const moved = STREAMS.some((stream) => closedBefore[stream] !== before.value.closedBefore[stream])
  if (moved) await swapTagged(bucket, COMPACTION_KEY, { ...before.value, closedBefore }, before.etag)
  return 'nothing'
}

/** Decides what the next round is, and writes it down; undefined when somebody else did something meanwhile. */
async function openRound(
  bucket: R2Bucket,
  before: Tagged<Compaction>,
  { stream, hour, objects }: WaitingHour,
  { by, at }: Pick<OpenRound, 'by' | 'at'>,
) {
  const oldestFirst = objects.toSorted((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
  const round = before.value.round + 1
  const open: OpenRound = { round, stream, hour, objects: [...pickRound(oldestFirst)], by, at }
  const value: Compaction = { ...before.value, open }
  const etag = await swapTagged(bucket, COMPACTION_KEY, value, before.etag)
  return etag === null ? undefined : { state: { value, etag }, open }
}

/** The first hour of which something is due. `unlisted`: in every earlier hour that is not closed nothing waits. */
async function firstDue(
  bucket: R2Bucket,
  stream: Stream,
  closedBefore: number,
  until: number,
  now: number,
): Promise<{ due?: WaitingHour; unlisted: number }> {
  let unlisted = Number.POSITIVE_INFINITY
  for await (const waiting of waitingHours(bucket, stream, closedBefore, now)) {
    const isLate = waiting.hour < closedBefore
    if (!isLate) unlisted = Math.min(unlisted, waiting.hour)
    const objects = isLate ? await arrived(bucket, waiting, now) : waiting.objects
    if (objects.some(({ at }) => at <= until))
      return { due: { ...waiting, objects }, unlisted: isLate ? closedBefore : unlisted }
  }
  return { unlisted }
}

/** Start of the first hour into which somebody may still write without saying so. */
function closedUpTo(now: number): number {
  const hour = Math.floor(now / HOUR) * HOUR
  let open = hour
  while (closesAt(open) > now) open -= HOUR
  return open + HOUR
}

/** Answers the state after it; undefined when somebody else has taken the round over. */
async function carryOut(
  env: Env,
  state: Tagged<Compaction>,
  open: OpenRound,
  now: number,
): Promise<Tagged<Compaction> | undefined> {
  const { stream, hour, round } = open
  const bucket = env.LAKE
  const places = open.objects.map((name) => ({ stream, hour, name }))
  const groups = byWorkspace(await readLines(bucket, places))
  const unreadable = await unreadableAmong(env, groups.keys())
  const left = unreadable.length > 0 ? await setAside(env, { state, open }, groups, unreadable, now) : { state, open }
  if (left === undefined) return undefined
  if ('over' in left) return left.over
  for (const [workspace, lines] of groups)
    if (!unreadable.includes(workspace)) await takeIn(env, workspace, lines, round, now)
  return finishRound(bucket, left.state, left.open)
}

/** The lines of one workspace become files of its silver, and the root names them; at most once per round. */
async function takeIn(env: Env, workspace: string, lines: readonly PlacedLine[], round: number, now: number) {
  const bucket = env.LAKE
  const { value: root } = await readRoot(bucket, workspace)
  if (root.round >= round) return
  const settings = await settingsOf(env, workspace)
  const left = await withoutErased(env, workspace, lines, settings.identity.defaultCountry, now)
  const keyOf = keyedBy(env, workspace)
  const changes: PartitionChange[] = []
  const generation = root.generation + 1
  const partitions = splitLines(left, { settings, keyOf })
  const held = await heldPartitions(env, { workspace, lines: left, partitions, open: { round }, now })
  for (const partition of partitions) {
    const { table, day, hour } = partition
    // Bronze keeps it, and the index of it, so that whoever is erased is found there.
    if (held.has(partition)) continue
    const files = filesOfHour(await readDay(bucket, root, day), table, hour)
    const rows = await unknownRows(bucket, partition, files)
    if (rows.length === 0) continue
    const file = await writeSilver(bucket, workspace, table, rows, { generation, repeats: partition.repeats })
    changes.push({ table, day, hour, add: [file], remove: [] })
  }
  await swapRoot(bucket, workspace, changes, now, async (current) => {
    // Read after the root: whoever ended this round without us changed the root afterwards, if it touches the workspace.
    const { value } = await readCompaction(bucket)
    return current.round < round && value.open?.round === round ? { round } : undefined
  })
}
