import { isSyncDue, type SyncSchedule } from '../shared/warehouse/sync-config.ts'
import type { JobRow } from './jobs.ts'
import { reviveJob } from './revive-job.ts'

/**
 * The jobs of a sync: a row for its runs and one for its comparisons, used again and again. Their ids carry the sync's, so
 * that two runs of one sync can never be under way at once.
 */
export const SYNC_KIND = 'sync-warehouse'
export const VERIFY_KIND = 'verify-warehouse'
const RUN_PREFIX = 'job_run_'
const VERIFY_PREFIX = 'job_verify_'

export function runJobId(sync: string): string {
  return `${RUN_PREFIX}${sync}`
}

export function verifyJobId(sync: string): string {
  return `${VERIFY_PREFIX}${sync}`
}

/** The sync that a job is about. */
export function syncOfJob(job: string): string {
  return job.replace(RUN_PREFIX, '').replace(VERIFY_PREFIX, '')
}

/** Answers the job and whether it began now; false: it is under way. */
export async function beginSync(env: Env, workspace: string, sync: string, now: number) {
  const id = runJobId(sync)
  return { jobId: id, isNew: await reviveJob(env, { workspace, id, kind: SYNC_KIND }, now) }
}

export async function beginVerify(env: Env, workspace: string, sync: string, now: number) {
  const id = verifyJobId(sync)
  return { jobId: id, isNew: await reviveJob(env, { workspace, id, kind: VERIFY_KIND }, now) }
}

const AT_A_TIME = 200

/** Begins the syncs that are due. Every minute; one whose last run is not over waits for it. */
export async function beginSyncs(env: Env, now: number = Date.now()): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT syncs.workspace, syncs.id, schedule, jobs.created_at AS begun FROM syncs
     LEFT JOIN jobs ON jobs.workspace = syncs.workspace AND jobs.id = '${RUN_PREFIX}' || syncs.id
     WHERE enabled = 1 AND (jobs.state IS NULL OR jobs.state NOT IN ('queued', 'running'))
     ORDER BY coalesce(begun, 0)`,
  ).all<{ workspace: string; id: string; schedule: SyncSchedule; begun: number | null }>()
  const due = results.filter(({ schedule, begun }) => isSyncDue(schedule, begun, now)).slice(0, AT_A_TIME)
  for (const { workspace, id } of due) await beginSync(env, workspace, id, now)
  return due.length
}

/** The jobs of a sync as they are: of its runs, of its comparisons. */
export async function jobOf(env: Env, workspace: string, id: string): Promise<JobRow | null> {
  return env.DB.prepare('SELECT * FROM jobs WHERE workspace = ? AND id = ?').bind(workspace, id).first<JobRow>()
}
