import { env } from 'cloudflare:workers'
import type { JobRow } from '../../platform/jobs.ts'
import { runJob } from '../../queues/run-jobs.ts'
import type { TestWorkspace } from './workspace.ts'

/** Carries out the jobs of a workspace to their end, without waiting for queues and crons. @throws when one failed */
export async function runJobs({ id }: TestWorkspace): Promise<void> {
  for (let rounds = 0; rounds < 200; rounds++) {
    const { results } = await env.DB.prepare('SELECT * FROM jobs WHERE workspace = ?').bind(id).all<JobRow>()
    const failed = results.find(({ state }) => state === 'failed')
    if (failed) throw new Error(`job ${failed.kind} failed: ${failed.reason}`)
    const open = results.filter(({ state }) => state === 'queued' || state === 'running')
    if (open.length === 0) return
    for (const { id: job, turn } of open) await runJob(env, { v: 1, workspace: id, id: job, turn })
    await new Promise((resume) => setTimeout(resume, 10))
  }
  throw new Error('jobs did not end')
}
