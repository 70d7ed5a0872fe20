import { z } from 'zod'
import { readGold, writeGold } from '../platform/lake-gold.ts'
import { readRoot, swapRoot } from '../platform/lake-manifest.ts'
import { audienceShards, audienceStub } from '../platform/stubs.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import { DAY, isoDay, parseInstant } from '../shared/kernel/instant.ts'
import { dayActivity, sessionKey } from '../shared/lake/activity.ts'
import type { GoldTable, Row } from '../shared/lake/columns.ts'
import { LakeFile, type Root } from '../shared/lake/manifest.ts'
import { ownerOf } from '../shared/lake/owners.ts'
import { type PersonRows, personRows } from '../shared/lake/person-rows.ts'
import { segmentIntervals } from '../shared/lake/segment-intervals.ts'
import { Tallies } from '../shared/quality/tally.ts'
import type { ProfileDocument } from '../shared/segment/profile-document.ts'
import { mergedOwners, ownersIn, silverRows } from './gold-rows.ts'
import { countGold, mayBeGold } from './quality-gold.ts'

/**
 * Gold of one workspace, built beside the one that readers see and put in its place as a whole. In steps: people (what
 * the audience shards hold), merges, who was in which segment, and what changed of the days.
 */
export const GoldCursor = z.object({
  phase: z.enum(['people', 'merges', 'segments', 'days', 'check', 'swap']),
  /** Of people: the next shard, and the place in it. Of segments and days: the share of people, and of how many. */
  at: z.int(),
  after: z.int(),
  shares: z.int().min(1).default(1),
  /** Of days: those that are still to be built. */
  days: z.array(z.string()),
  generation: z.int(),
  round: z.int(),
  tables: z.record(z.string(), z.array(LakeFile)),
  built: z.record(z.string(), z.string()),
  /** What the gate counted so far (queues/quality-gold.ts). */
  counted: z.object({ at: z.int(), tallies: Tallies }).default({ at: 0, tallies: {} }),
})
export type GoldCursor = z.infer<typeof GoldCursor>

/** What one step holds in memory. */
const MOST_DOCUMENTS = 5_000
const MOST_CHARS = 6_000_000
const GOLD_LIMITS = { changes: 50_000, events: 200_000 } as const
export type GoldLimits = { readonly [what in keyof typeof GOLD_LIMITS]: number }

/** Where the building of gold begins. */
export async function beginGold(env: Env, workspace: string): Promise<GoldCursor> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const { generation, round, gold } = root
  // Days stay as they are, unless their events changed.
  const kept = (table: GoldTable) => gold?.tables[table] ?? []
  return {
    phase: 'people',
    at: 0,
    after: 0,
    shares: 1,
    days: [],
    generation: generation + 1,
    round,
    tables: { sessions: [...kept('sessions')], daily_activity: [...kept('daily_activity')] },
    // Days that an older version found too large are built now.
    built: Object.fromEntries(Object.entries(gold?.built ?? {}).filter(([day]) => !gold?.skipped?.includes(day))),
    counted: { at: 0, tallies: {} },
  }
}

/** One step; null when gold was swapped. Repeatable: the same step writes the same files. */
export async function goldStep(
  env: Env,
  workspace: string,
  cursor: GoldCursor,
  now: number,
  limits: GoldLimits = GOLD_LIMITS,
) {
  switch (cursor.phase) {
    case 'people':
      return peopleStep(env, workspace, cursor)
    case 'merges':
      return mergesStep(env, workspace, cursor)
    case 'segments':
      return segmentsStep(env, workspace, cursor, limits)
    case 'days':
      return daysStep(env, workspace, cursor, limits)
    case 'check':
      return checkStep(env, workspace, cursor)
    case 'swap':
      return swapStep(env, workspace, cursor, now)
  }
}

type Step = Promise<GoldCursor | null>

async function peopleStep(env: Env, workspace: string, cursor: GoldCursor): Step {
  const rows: { [T in keyof PersonRows]: Row[] } = {
    profiles: [],
    identifiers: [],
    computed_traits: [],
    consents: [],
    memberships: [],
  }
  let { at, after } = cursor
  let documents = 0
  let chars = 0
  while (at < audienceShards(env) && documents < MOST_DOCUMENTS && chars < MOST_CHARS) {
    const page = await audienceStub(env, workspace, at).documents(after, MOST_DOCUMENTS - documents, MOST_CHARS - chars)
    const last = page.at(-1)
    if (!last) {
      at += 1
      after = 0
      continue
    }
    after = last.n
    documents += page.length
    for (const { text } of page) {
      chars += text.length
      // Written by the profile objects (shared/audience/document-of.ts), so its shape is known.
      const made = personRows(JSON.parse(text) as ProfileDocument)
      for (const table of Object.keys(rows) as (keyof PersonRows)[]) rows[table].push(...made[table])
    }
  }
  let next = cursor
  for (const table of Object.keys(rows) as (keyof PersonRows)[])
    next = await withFile(env, workspace, next, table, rows[table])
  return at < audienceShards(env) ? { ...next, at, after } : { ...next, phase: 'merges', at: 0, after: 0 }
}

async function mergesStep(env: Env, workspace: string, cursor: GoldCursor): Step {
  const { of } = await ownersIn(env, workspace)
  const rows = [...of].map(([leaf, { profile, at }]) => ({ leaf, canonical_id: profile, at }))
  return { ...(await withFile(env, workspace, cursor, 'merges', rows)), phase: 'segments' }
}

/** A share of the people at a time: all their segment changes are read, theirs are kept. */
async function segmentsStep(env: Env, workspace: string, cursor: GoldCursor, limits: GoldLimits): Step {
  const root = (await readRoot(env.LAKE, workspace)).value
  const owners = await ownersIn(env, workspace)
  const total = Object.values(root.days).reduce((sum, { tables }) => sum + (tables.own_events?.rows ?? 0), 0)
  // What is told meanwhile changes neither how many shares there are nor who is in which.
  const shares = cursor.at === 0 ? sharesOf(total, limits.changes) : cursor.shares
  const whose = mergedOwners(await readGold(env.LAKE, 'merges', cursor.tables['merges'] ?? []))
  const isTheirs = (profile: string) => hash53(ownerOf(whose, profile)) % shares === cursor.at
  const events = await silverRows(env, root, 'own_events', CHANGE_COLUMNS, (row) =>
    isTheirs(String(row['canonical_id'])),
  )
  const members = (await readGold(env.LAKE, 'memberships', cursor.tables['memberships'] ?? []))
    .map((row) => ({
      segment: String(row['segment']),
      profile: String(row['canonical_id']),
      since: Number(row['since']),
    }))
    .filter(({ profile }) => isTheirs(profile))
  const rows = segmentIntervals(events, owners, members).map(({ segment, profile, enteredAt, exitedAt }) => ({
    segment,
    canonical_id: profile,
    entered_at: enteredAt,
    exited_at: exitedAt,
  }))
  const next = await withFile(env, workspace, cursor, 'segment_members', rows)
  if (cursor.at + 1 < shares) return { ...next, at: cursor.at + 1, shares }
  return { ...next, phase: 'days', at: 0, shares: 1, days: staleDays(root, cursor) }
}

const CHANGE_COLUMNS = ['message_id', 'canonical_id', 'timestamp', 'properties']
const ACTIVITY_COLUMNS = ['leaf', 'type', 'name', 'timestamp']

/** Days whose events changed since they were built, and those after them, into which their sessions go on. */
function staleDays(root: Root, { built }: GoldCursor): string[] {
  const changed = Object.keys(root.days).filter((day) => built[day] !== root.days[day]?.key)
  const gone = Object.keys(built).filter((day) => !root.days[day])
  const after = [...changed, ...gone].map((day) => isoDay((parseInstant(day) ?? 0) + DAY))
  return [...new Set([...changed, ...gone, ...after.filter((day) => root.days[day])])].sort()
}

/**
 * A day of arrival, or a share of its people: as many as one step holds the events of. Who belongs to whom was decided
 * with the merges of this build, and the day's manifest by its first share, so that nobody falls between two shares; what
 * changed meanwhile makes the day stale for the next build.
 */
async function daysStep(env: Env, workspace: string, cursor: GoldCursor, limits: GoldLimits): Step {
  const [day, ...days] = cursor.days
  if (day === undefined) return { ...cursor, phase: 'check' }
  const root = (await readRoot(env.LAKE, workspace)).value
  const start = parseInstant(day) ?? 0
  const entry = root.days[day]
  const isFirst = cursor.at === 0
  const shares = isFirst ? sharesOf(entry?.tables.events?.rows ?? 0, limits.events) : cursor.shares
  const owners = mergedOwners(await readGold(env.LAKE, 'merges', cursor.tables['merges'] ?? []))
  const isTheirs = (leaf: unknown) => hash53(ownerOf(owners, String(leaf))) % shares === cursor.at
  const events = entry
    ? await silverRows(env, root, 'events', ACTIVITY_COLUMNS, (row) => isTheirs(row['leaf']), day)
    : []
  const before: Row[] = []
  const filesBefore = ofDay(cursor, 'sessions', start - DAY)
  for (const file of filesBefore)
    for (const row of await readGold(env.LAKE, 'sessions', [file])) if (isTheirs(row['canonical_id'])) before.push(row)
  const { sessions, daily_activity, continued } = dayActivity(events, owners, before)
  let next: GoldCursor = { ...cursor, shares }
  if (isFirst) {
    const { [day]: _, ...built } = cursor.built
    next = { ...next, built: entry ? { ...built, [day]: entry.key } : built }
    next = withoutDay(withoutDay(next, 'sessions', start), 'daily_activity', start)
  }
  if (before.length > 0) next = withoutDay(next, 'sessions', start - DAY)
  for (const file of before.length > 0 ? filesBefore : []) {
    const flagged = (await readGold(env.LAKE, 'sessions', [file])).map((row) => {
      if (!isTheirs(row['canonical_id'])) return row
      return { ...row, continued: continued.has(sessionKey(String(row['canonical_id']), Number(row['started_at']))) }
    })
    next = await withDay(env, workspace, next, 'sessions', start - DAY, flagged)
  }
  next = await withDay(env, workspace, next, 'sessions', start, sessions)
  next = await withDay(env, workspace, next, 'daily_activity', start, daily_activity)
  return cursor.at + 1 < shares ? { ...next, at: cursor.at + 1 } : { ...next, at: 0, shares: 1, days }
}

function sharesOf(rows: number, most: number): number {
  return Math.max(1, Math.ceil(rows / most))
}

async function checkStep(env: Env, workspace: string, cursor: GoldCursor): Step {
  const counted = await countGold(env, workspace, cursor.tables, cursor.counted)
  if (counted === null) return { ...cursor, phase: 'swap' }
  return { ...cursor, counted: counted as GoldCursor['counted'] }
}

async function swapStep(env: Env, workspace: string, cursor: GoldCursor, now: number): Step {
  const { round, tables, built, generation, counted } = cursor
  // What breaks a hard expectation stays aside; its files are swept within a day.
  if (!(await mayBeGold(env, workspace, { tallies: counted.tallies, generation }, now))) return null
  let isFenced = false
  await swapRoot(env.LAKE, workspace, [], now, (root) => {
    isFenced = generation <= root.fence
    // When a newer gold is there what was built meanwhile is of yesterday.
    if (isFenced || (root.gold && root.gold.generation >= generation)) return undefined
    return { gold: { at: now, round, generation, tables, built } }
  })
  return isFenced ? beginGold(env, workspace) : null
}

function ofDay({ tables }: GoldCursor, table: GoldTable, day: number): readonly LakeFile[] {
  return (tables[table] ?? []).filter(({ from }) => from === day)
}

async function withFile(env: Env, workspace: string, cursor: GoldCursor, table: GoldTable, rows: readonly Row[]) {
  const files = await writeGold(env.LAKE, workspace, table, rows, cursor)
  const tables = { ...cursor.tables, [table]: [...(cursor.tables[table] ?? []), ...files] }
  return { ...cursor, tables }
}

function withoutDay(cursor: GoldCursor, table: GoldTable, day: number): GoldCursor {
  const others = (cursor.tables[table] ?? []).filter(({ from }) => from !== day)
  return { ...cursor, tables: { ...cursor.tables, [table]: others } }
}

/** One more file of the day. */
async function withDay(
  env: Env,
  workspace: string,
  cursor: GoldCursor,
  table: GoldTable,
  day: number,
  rows: readonly Row[],
): Promise<GoldCursor> {
  const { generation, tables } = cursor
  const files = await writeGold(env.LAKE, workspace, table, rows, { generation, day })
  return { ...cursor, tables: { ...tables, [table]: [...(tables[table] ?? []), ...files] } }
}
