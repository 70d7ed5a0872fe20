import { z } from 'zod'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { noteWaiting, readCompaction } from '../platform/lake-bronze.ts'
import { reviveJob } from '../platform/revive-job.ts'
import { MINUTE } from '../shared/kernel/instant.ts'
import { COMPACTION_JOB } from '../shared/lake/compaction.ts'
import { NO_WORKSPACE } from '../shared/message/dead-letter.ts'
import { beginGold, GoldCursor, goldStep } from './compact-gold.ts'
import { compactRounds } from './compact-round.ts'

/**
 * Bronze to silver, round by round, until nothing is left of what was there when it began; then, of a workspace that
 * asked for it, gold. The one that cron starts is of no workspace, since bronze is everybody's: it is one row of D1, used
 * again and again.
 */
const Cursor = z.object({
  /** What was written later is left for the next time, epoch milliseconds. */
  until: z.int(),
  rounds: z.int(),
  gold: GoldCursor.nullable(),
})
type Cursor = z.infer<typeof Cursor>

const PAUSE_MS = 500
/** Jobs take turns. */
const STEP = { rounds: 8, ms: 3_000 } as const

export const compactLake = defineJob({
  kind: 'compact-lake',
  input: z.object({ gold: z.boolean().default(false), day: z.string().optional() }),
  cursor: Cursor,
  async step(env, { id, workspace, input, cursor, done }, now): Promise<JobStep<Cursor>> {
    const { until, rounds, gold } = cursor ?? { until: now, rounds: 0, gold: null }
    if (gold) {
      const next = await goldStep(env, workspace, gold, now)
      const finished = next === null
      const step = { cursor: { until, rounds, gold: next ?? gold }, done: done + 1, result: { rounds, gold: finished } }
      return finished ? { ...step, total: done + 1, finished } : step
    }
    const { ends: end, rounds: more } = await compactRounds(env, { by: id, now, until }, STEP)
    const counted = rounds + more
    const step = { cursor: { until, rounds: counted, gold }, done: counted, result: { rounds: counted, gold: false } }
    if (end === 'busy') return { ...step, waitMs: PAUSE_MS }
    if (end === 'done') return step
    // Begun by the day, it is for gold.
    if (!input.gold && input.day === undefined) return { ...step, total: counted, finished: true }
    return { ...step, cursor: { ...step.cursor, gold: await beginGold(env, workspace) } }
  },
})

/** A round is due when something waits for so long: few objects make small files. */
const WAITING_MS = MINUTE

/** Begins compaction when something waits long enough. Every minute; while one is under way nothing happens. */
export async function beginCompaction(env: Env, now: number = Date.now()): Promise<boolean> {
  if (!(await isDue(env.LAKE, now))) return false
  return reviveJob(env, { workspace: NO_WORKSPACE, id: COMPACTION_JOB, kind: compactLake.kind }, now)
}

async function isDue(bucket: R2Bucket, now: number): Promise<boolean> {
  const { open, closedBefore } = (await readCompaction(bucket)).value
  const { since } = await noteWaiting(bucket, closedBefore, now)
  return open !== null || (since !== null && since <= now - WAITING_MS)
}
