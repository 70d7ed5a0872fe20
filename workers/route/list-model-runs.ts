import { z } from 'zod'
import type { JobRow } from '../../platform/jobs.ts'
import { modelRow } from '../../platform/model-row.ts'
import { RUN_KIND } from '../../platform/model-runs.ts'
import { listModelRuns } from '../../shared/contract/list-model-runs.ts'
import type { ModelRunDocument } from '../../shared/contract/model-document.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_MODEL } from './model-document.ts'

/** What a run says of itself (queues/run-model-page.ts); one that did not begin says nothing yet. */
const Told = z.object({
  rows: z.int().default(0),
  added: z.int().default(0),
  changed: z.int().default(0),
  removed: z.int().default(0),
  unchanged: z.int().default(0),
  failed: z.int().default(0),
  skipped: z.int().default(0),
  reasons: z.record(z.string(), z.int()).default({}),
  failures: z.array(z.object({ key: z.string(), reason: z.string() })).default([]),
  samples: z.array(z.object({ key: z.string(), change: z.string(), item: z.json() })).default([]),
})
const Asked = z.object({ run: z.string(), dryRun: z.boolean() })

export const listModelRunsRoute = serve(listModelRuns, async ({ params: { modelId }, query }, call) => {
  const { env, workspace } = call
  if (!(await modelRow(env, workspace, modelId))) return err(NO_MODEL)
  const { cursor, limit } = query
  const { results } = await env.DB.prepare(
    `SELECT * FROM jobs WHERE workspace = ?1 AND kind = '${RUN_KIND}' AND json_extract(input, '$.model') = ?2
       AND (?3 IS NULL OR (created_at, id) < (?3, ?4)) ORDER BY created_at DESC, id DESC LIMIT ?5`,
  )
    .bind(workspace, modelId, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<JobRow>()
  const shown = results.slice(0, limit)
  const last = results.length > limit ? shown.at(-1) : undefined
  return ok({
    runs: shown.map(runDocument),
    cursor: last ? encodeCursor({ at: last.created_at, id: last.id }) : null,
  })
})

function runDocument({ id, state, reason, input, result, created_at, updated_at }: JobRow): ModelRunDocument {
  const { run, dryRun } = Asked.parse(JSON.parse(input))
  const told = Told.parse(JSON.parse(result ?? '{}') ?? {})
  return { jobId: id, run, state, dryRun, reason, ...told, startedAt: toIso(created_at), updatedAt: toIso(updated_at) }
}
