import { log } from '../platform/log.ts'
import { beginModelRuns } from '../platform/model-runs.ts'
import { beginPluginRuns } from '../platform/plugin-runs.ts'
import { beginSyncs } from '../platform/sync-runs.ts'
import { beginCompaction } from './compact-lake.ts'
import { beginDailyJobs } from './daily-jobs.ts'
import { reasonOf } from './faults.ts'
import { replaySpill } from './replay-spill.ts'
import { resumeJobs } from './run-jobs.ts'
import { beginTending } from './tend-lake.ts'

/** What the cron of every minute does, by name. */
const CHORES: Readonly<Record<string, (env: Env) => Promise<unknown>>> = {
  'replay the spill': (env) => replaySpill(env),
  'resume jobs': (env) => resumeJobs(env),
  'begin daily jobs': (env) => beginDailyJobs(env),
  'begin runs of plugins': (env) => beginPluginRuns(env),
  'begin runs of models': (env) => beginModelRuns(env),
  'compact the lake': (env) => beginCompaction(env),
  'tend the lake': (env) => beginTending(env),
  'begin syncs': (env) => beginSyncs(env),
}

/** Does all chores side by side; one that fails keeps none of the others. @throws when any failed, naming it */
export async function everyMinute(env: Env): Promise<void> {
  const failed: string[] = []
  await Promise.all(
    Object.entries(CHORES).map(([name, work]) =>
      work(env).catch((fault: unknown) => {
        log.error(`every minute: ${name}`, { fault })
        failed.push(`${name}: ${reasonOf(fault)}`)
      }),
    ),
  )
  if (failed.length > 0) throw new Error(failed.join('; '))
}
