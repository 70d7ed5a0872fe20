import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { WATCHED_MS } from '../platform/erased-person.ts'
import { forgetScopes } from '../platform/erasure-row.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { MissingFile, readSilver } from '../platform/lake-files.ts'
import { readDay, readRoot, swapRoot, writeSilver } from '../platform/lake-manifest.ts'
import { longestBronzeDays, pruneBronze, pruneLines, pruneSilver, sweepFiles } from '../platform/lake-retention.ts'
import { log } from '../platform/log.ts'
import { endedHolds, expireHolds } from '../platform/quality-holds.ts'
import { recheckHeldRows } from '../platform/quality-recheck.ts'
import { reviveJob } from '../platform/revive-job.ts'
import { RetentionSettings } from '../shared/config/retention-settings.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { DAY, HOUR, isoDay, MINUTE } from '../shared/kernel/instant.ts'
import { partitionOf } from '../shared/lake/lake-key.ts'
import { mergedRows } from '../shared/lake/split-lines.ts'
import { type Merging, nextMerging, untidyDays } from '../shared/lake/tidy.ts'
import { beginGold, GoldCursor, goldStep } from './compact-gold.ts'

/**
 * Every hour, of each workspace: small files become one, what is kept long enough goes, what no manifest names is swept,
 * and gold is built anew where that is little work and something happened.
 */
const Cursor = z.object({
  phase: z.enum(['tidy', 'silver', 'bronze', 'sweep', 'gold']),
  /** Days that are looked at, or where the sweep is. */
  days: z.array(z.string()),
  at: z.string().nullable(),
  gold: GoldCursor.nullable(),
  merged: z.int(),
  pruned: z.int(),
  swept: z.int(),
})
type Cursor = z.infer<typeof Cursor>

const FURTHER_BACK_HOUR = '04'
/** More people than this are gone through once a day only (daily-jobs.ts). */
const FEW_PEOPLE = 50_000

export const tendLake = defineJob({
  kind: 'tend-lake',
  input: z.object({}),
  cursor: Cursor,
  async step(env, { workspace, cursor, done }, now): Promise<JobStep<Cursor>> {
    const { value: root } = await readRoot(env.LAKE, workspace)
    const begin = (): Cursor => ({
      phase: 'tidy',
      days: [...untidyDays(root, now)],
      at: null,
      gold: null,
      merged: 0,
      pruned: 0,
      swept: 0,
    })
    // Somebody may have been taken out of what is held.
    if (cursor === null) await recheckHeldRows(env, workspace, now)
    const before = cursor ?? begin()
    const next = await advance(env, workspace, before, now)
    const { merged, pruned, swept } = next ?? before
    const step = { cursor: next ?? before, done: done + 1, result: { merged, pruned, swept } }
    return next === null ? { ...step, finished: true } : step
  },
})

async function advance(env: Env, workspace: string, cursor: Cursor, now: number): Promise<Cursor | null> {
  switch (cursor.phase) {
    case 'tidy': {
      const [day, ...days] = cursor.days
      if (day === undefined) return { ...cursor, phase: 'silver' }
      const merged = await tidyDay(env, workspace, day, now)
      return merged ? { ...cursor, merged: cursor.merged + 1 } : { ...cursor, days }
    }
    case 'silver': {
      const { silverDays } = await retentionOf(env, workspace)
      await expireHolds(env, workspace, startOfDay(now - silverDays * DAY), now)
      const pruned = await pruneSilver(env, workspace, silverDays, now)
      return pruned > 0 ? { ...cursor, pruned: cursor.pruned + pruned } : { ...cursor, phase: 'bronze' }
    }
    case 'bronze': {
      const { bronzeDays } = await retentionOf(env, workspace)
      const before = now - bronzeDays * DAY
      // Others keep theirs for longer: of the day that ended, and of what came late to the one before. Once a day further
      // back, should the cron have stood still.
      const daysBack = partitionOf(now).hour === FURTHER_BACK_HOUR ? 7 : 1
      if (bronzeDays < (await longestBronzeDays(env, USUAL.bronzeDays))) {
        const due = Array.from({ length: daysBack + 1 }, (_, i) => isoDay(before - i * DAY))
        // What waited for longer than bronze is kept, and waits no more.
        const letGo = (await endedHolds(env, workspace, now - daysBack * DAY))
          .filter((hour) => hour < before)
          .map(isoDay)
        for (const day of new Set([...letGo, ...due].sort())) await pruneLines(env, workspace, day, before)
      }
      return { ...cursor, phase: 'sweep', at: null }
    }
    case 'sweep': {
      const { removed, next } = await sweepFiles(env, workspace, cursor.at, now)
      const swept = cursor.swept + removed
      if (next !== null) return { ...cursor, at: next, swept }
      return {
        ...cursor,
        phase: 'gold',
        swept,
        gold: (await isGoldDue(env, workspace)) ? await beginGold(env, workspace) : null,
      }
    }
    case 'gold': {
      const gold = cursor.gold && (await goldStep(env, workspace, cursor.gold, now))
      return gold ? { ...cursor, gold } : null
    }
  }
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY) * DAY
}

const USUAL = RetentionSettings.parse({})

async function retentionOf(env: Env, workspace: string): Promise<RetentionSettings> {
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unreadable') throw new Error(`the settings of ${workspace} cannot be read`)
  return (config === 'unknown' ? defaultSettings : config.settings).retention
}

async function isGoldDue(env: Env, workspace: string): Promise<boolean> {
  const { gold, round } = (await readRoot(env.LAKE, workspace)).value
  if (round === 0) return false
  if (!gold) return true
  const people = (gold.tables['profiles'] ?? []).reduce((sum, { rows }) => sum + rows, 0)
  return round > gold.round && people <= FEW_PEOPLE
}

/** Merges files of one partition of the day. Answers false when there is nothing to merge. */
async function tidyDay(env: Env, workspace: string, day: string, now: number): Promise<boolean> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const merging = nextMerging(await readDay(env.LAKE, root, day), now)
  if (!merging) return false
  try {
    return await merge(env, workspace, merging, root.generation + 1, now)
  } catch (fault) {
    if (!(fault instanceof MissingFile)) throw fault
    // Deleted by hand: the rest of the lake is tended all the same, and verifying says which it is.
    log.error('a file of the lake is missing', { workspace, key: fault.key })
    return false
  }
}

async function merge(env: Env, workspace: string, merging: Merging, generation: number, now: number): Promise<boolean> {
  const { table, day, hour, files } = merging
  const parts = []
  for (const file of files) parts.push(...(await readSilver(env.LAKE, table, file)))
  const repeats = files.reduce((sum, file) => sum + file.repeats, 0)
  const file = await writeSilver(env.LAKE, workspace, table, mergedRows(table, parts), { generation, repeats })
  // False: somebody replaced one of them meanwhile; what was made of it is garbage.
  return swapRoot(env.LAKE, workspace, [{ table, day, hour, add: [file], remove: files.map(({ key }) => key) }], now)
}

export const TEND_JOB = 'job_tend_lake'
const AT_A_TIME = 100

/** Begins tending for workspaces of which none began this hour, some every minute. */
export async function beginTending(env: Env, now: number = Date.now()): Promise<void> {
  const hour = Math.floor(now / HOUR) * HOUR
  const { results } = await env.DB.prepare(
    `SELECT id FROM workspaces WHERE NOT EXISTS (
       SELECT 1 FROM jobs WHERE workspace = workspaces.id AND id = ? AND created_at >= ?) LIMIT ?`,
  )
    .bind(TEND_JOB, hour, AT_A_TIME)
    .all<{ id: string }>()
  for (const { id: workspace } of results) await reviveJob(env, { workspace, id: TEND_JOB, kind: tendLake.kind }, now)
  // Every ten minutes is often enough for what nobody asks for any more.
  if (Math.floor(now / MINUTE) % 10 !== 7) return
  await pruneBronze(env, await longestBronzeDays(env, USUAL.bronzeDays), now)
  await forgetScopes(env, now - WATCHED_MS)
}
