import { z } from 'zod'
import { backfillProgress, startBackfill } from '../platform/audience.ts'
import { ConfigStore } from '../platform/config-store.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'

/**
 * Looks at everybody who is known with a new or changed segment: the audience shards do it (platform/audience.ts), this
 * job begins it, shows how far it is, and marks the segment as ready. A newer version has its own job, and this one ends.
 */
const Cursor = z.object({ looks: z.int() })

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

export const buildSegment = defineJob({
  kind: 'build-segment',
  input: z.object({ key: z.string(), configVersion: z.int() }),
  cursor: Cursor,
  async step(env, { workspace, input, cursor, done, total }, now): Promise<JobStep<z.infer<typeof Cursor>>> {
    const config = await new ConfigStore(env.DB).workspace(workspace, input.configVersion)
    if (config === 'unreadable') throw new Error('the configuration cannot be read')
    const segment = config === 'unknown' ? undefined : config.segments.find(({ key }) => key === input.key)
    const end = (result: string) => ({ cursor: { looks: 0 }, done, total, result, finished: true })
    if (config === 'unknown' || !segment) return end('the segment was deleted')
    if (config.version < input.configVersion) throw new Error('the configuration is not there yet')
    if (await hasNewerBuild(env, workspace, input.key, input.configVersion))
      return end('a newer version is being built')
    if (cursor === null) {
      await startBackfill(env, config, input.key)
      return { cursor: { looks: 0 }, done: 0, total: 0 }
    }
    const progress = await backfillProgress(env, workspace, input.key)
    if (progress.state === 'building') {
      const waitMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** cursor.looks)
      return { cursor: { looks: Math.min(10, cursor.looks + 1) }, done: progress.done, total: progress.total, waitMs }
    }
    await env.DB.prepare(
      'UPDATE segments SET built_version = version WHERE workspace = ? AND key = ? AND version = ? AND built_version < version',
    )
      .bind(workspace, segment.key, segment.version)
      .run()
    return { cursor, done: progress.done, total: progress.total, result: { builtAt: now }, finished: true }
  },
})

/** Two changes in a row have two jobs; only the newer one knows which definition the shards were given last. */
async function hasNewerBuild(env: Env, workspace: string, key: string, configVersion: number): Promise<boolean> {
  const newer = await env.DB.prepare(
    `SELECT 1 FROM jobs WHERE workspace = ? AND kind = 'build-segment' AND state IN ('queued', 'running')
       AND json_extract(input, '$.key') = ? AND json_extract(input, '$.configVersion') > ?`,
  )
    .bind(workspace, key, configVersion)
    .first()
  return newer !== null
}
