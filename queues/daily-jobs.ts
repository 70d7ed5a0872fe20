import { startJob } from '../platform/jobs.ts'
import { toIso } from '../shared/kernel/instant.ts'

/** Kinds of jobs that every workspace has once a day, each with `{ day }` as its input. */
const DAILY: readonly string[] = ['forget-idle', 'tend-audience', 'compact-lake', 'score-profiles']
/** In this hour, UTC; every minute of it tries again, and the day names the job, so it begins once. */
const HOUR = '03'

export async function beginDailyJobs(env: Env, now: number = Date.now()): Promise<void> {
  const at = toIso(now)
  if (at.slice(11, 13) !== HOUR) return
  const day = at.slice(0, 10)
  for (const kind of DAILY) {
    const { results } = await env.DB.prepare(
      `SELECT id FROM workspaces WHERE NOT EXISTS (
         SELECT 1 FROM jobs WHERE workspace = workspaces.id AND kind = ? AND idempotency_key = ?) LIMIT 500`,
    )
      .bind(kind, day)
      .all<{ id: string }>()
    for (const { id: workspace } of results)
      await startJob(env, { workspace, kind, input: { day }, idempotencyKey: day }, now)
  }
}
