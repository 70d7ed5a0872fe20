import { reviveJob } from './revive-job.ts'

/** The one job of a workspace that looks at what is held again. */
export const CHECK_JOB = 'job_check_quality'
export const CHECK_KIND = 'check-quality'

/** Called when data or what is expected of them changed; while it is under way nothing happens. */
export async function beginQualityCheck(env: Env, workspace: string, now: number): Promise<boolean> {
  return reviveJob(env, { workspace, id: CHECK_JOB, kind: CHECK_KIND }, now)
}
