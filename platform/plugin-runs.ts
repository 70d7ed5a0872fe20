import { toIso } from '../shared/kernel/instant.ts'
import { pluginTypes } from '../shared/plugin/index.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'
import { dueRun, Schedule } from '../shared/plugin/schedule.ts'
import { openJobOf, type StartedJob, startJob } from './jobs.ts'
import { PLUGIN_COLUMNS, type PluginRow, readablePlugin } from './plugin-row.ts'

const BATCH_TYPES = pluginTypes.filter(({ kind }) => kind === 'batch').map(({ name }) => name)

/**
 * Begins the runs of batch plugins that are due in this hour and have not begun. One whose last run is not over waits for
 * it: the next minute asks again.
 */
export async function beginPluginRuns(env: Env, now: number = Date.now()): Promise<number> {
  const types = BATCH_TYPES.map(() => '?').join(', ')
  const { results } = await env.DB.prepare(
    `SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE enabled = 1 AND type IN (${types})
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.workspace = plugins.workspace AND kind = 'run-plugin'
         AND idempotency_key = plugins.id || ':' || ?)
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.workspace = plugins.workspace AND kind = 'run-plugin'
         AND state IN ('queued', 'running') AND json_extract(input, '$.plugin') = plugins.id)
     LIMIT 500`,
  )
    .bind(...BATCH_TYPES, toIso(now).slice(0, 13))
    .all<PluginRow>()
  let begun = 0
  for (const plugin of results.flatMap(readablePlugin)) {
    const schedule = Schedule.safeParse(plugin.settings['schedule'])
    const run = schedule.success ? dueRun(schedule.data, now) : undefined
    if (run === undefined) continue
    await startRun(env, plugin, run, now)
    begun += 1
  }
  return begun
}

export function startRun(
  env: Env,
  { id, workspace }: Pick<PluginConfig, 'id' | 'workspace'>,
  run: string,
  now: number,
  also: readonly D1PreparedStatement[] = [],
): Promise<StartedJob> {
  const input = { plugin: id, run, at: now }
  return startJob(env, { workspace, kind: 'run-plugin', input, idempotencyKey: `${id}:${run}` }, now, also)
}

/** The run that is not over yet. */
export function openRun(env: Env, workspace: string, plugin: string): Promise<string | undefined> {
  return openJobOf(env, workspace, 'run-plugin', '$.plugin', plugin)
}
