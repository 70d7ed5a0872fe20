import { toIso } from '../shared/kernel/instant.ts'
import { dueRun } from '../shared/plugin/schedule.ts'
import { openJobOf, type StartedJob, startJob } from './jobs.ts'
import { MODEL_COLUMNS, type Model, type ModelRow, readableModel } from './model-row.ts'

export const RUN_KIND = 'run-model'

/** Begins the runs that are due in this hour. One whose last run is not over waits for it: the next minute asks again. */
export async function beginModelRuns(env: Env, now: number = Date.now()): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT ${MODEL_COLUMNS} FROM models WHERE enabled = 1 AND type <> 'lake'
       AND json_extract(document, '$.schedule') IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.workspace = models.workspace AND kind = '${RUN_KIND}'
         AND idempotency_key = models.id || ':' || ?)
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.workspace = models.workspace AND kind = '${RUN_KIND}'
         AND state IN ('queued', 'running') AND json_extract(input, '$.model') = models.id)
     LIMIT 500`,
  )
    .bind(toIso(now).slice(0, 13))
    .all<ModelRow>()
  let begun = 0
  for (const model of results.flatMap(readableModel)) {
    const { schedule } = model.definition
    const run = schedule ? dueRun(schedule, now) : undefined
    if (run === undefined) continue
    await startModelRun(env, model, { run, dryRun: false, upload: null }, now)
    begun += 1
  }
  return begun
}

export interface NewRun {
  /** Names it: the hour in which it is due, or who began it by hand. */
  readonly run: string
  readonly dryRun: boolean
  readonly upload: string | null
}

export function startModelRun(
  env: Env,
  { id, workspace }: Pick<Model, 'id' | 'workspace'>,
  { run, dryRun, upload }: NewRun,
  now: number,
  also: readonly D1PreparedStatement[] = [],
): Promise<StartedJob> {
  const input = { model: id, run, at: now, dryRun, upload }
  return startJob(env, { workspace, kind: RUN_KIND, input, idempotencyKey: `${id}:${run}` }, now, also)
}

/** The run that is not over yet. Two at once would tell the same twice. */
export function openModelRun(env: Env, workspace: string, model: string): Promise<string | undefined> {
  return openJobOf(env, workspace, RUN_KIND, '$.model', model)
}
