import { readWaiting } from '../../platform/lake-bronze.ts'
import { readRoot } from '../../platform/lake-manifest.ts'
import { COMPACTION_JOB, lakeLagMs } from '../../shared/lake/compaction.ts'
import { NO_WORKSPACE } from '../../shared/message/dead-letter.ts'
import type { LakeReading } from './metrics-of.ts'

/** What the metrics say of the lake. Compaction is everybody's: `deployment` is for the operators alone. */
export async function lakeReading(
  env: Env,
  workspace: string,
  isTheirs: Promise<boolean>,
  now: number,
): Promise<LakeReading> {
  const [{ value: root }, held, deployment] = await Promise.all([
    readRoot(env.LAKE, workspace),
    heldPartitions(env, workspace),
    isTheirs.then((are) => (are ? deploymentReading(env, now) : undefined)),
  ])
  const rows: Record<string, number> = {}
  for (const { tables } of Object.values(root.days))
    for (const [table, sums] of Object.entries(tables)) rows[table] = (rows[table] ?? 0) + sums.rows
  return { rows, held, deployment }
}

async function heldPartitions(env: Env, workspace: string): Promise<number> {
  const held = await env.DB.prepare(
    "SELECT COUNT(*) AS n FROM quality_holds WHERE workspace = ? AND state = 'held' AND border = 'silver'",
  )
    .bind(workspace)
    .first<{ n: number }>()
  return held?.n ?? 0
}

async function deploymentReading(env: Env, now: number): Promise<LakeReading['deployment']> {
  const [waiting, job] = await Promise.all([
    readWaiting(env.LAKE),
    env.DB.prepare('SELECT state, attempts FROM jobs WHERE workspace = ? AND id = ?')
      .bind(NO_WORKSPACE, COMPACTION_JOB)
      .first<{ state: string; attempts: number }>(),
  ])
  // The attempt that is under way has not failed yet; a job that failed is begun anew by the next minute's cron.
  const failures = job?.state === 'failed' ? job.attempts : Math.max(0, (job?.attempts ?? 0) - 1)
  return {
    lagMs: waiting ? lakeLagMs(waiting, now) : 0,
    objects: waiting?.objects ?? 0,
    aside: waiting?.aside ?? 0,
    failures,
  }
}
