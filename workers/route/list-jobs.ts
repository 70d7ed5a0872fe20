import type { JobRow } from '../../platform/jobs.ts'
import { listJobs } from '../../shared/contract/list-jobs.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { jobDocument } from './job-row.ts'

/** Newest first, by when they began: not every id is a ULID (a daily chore begins again under the same one). */
export const listJobsRoute = serve(listJobs, async ({ query }, { env, workspace }) => {
  const { results } = await env.DB.prepare(
    `SELECT * FROM jobs WHERE workspace = ?1 AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR state = ?3)
       AND (?4 IS NULL OR (created_at, id) < (?4, ?5)) ORDER BY created_at DESC, id DESC LIMIT ?6`,
  )
    .bind(
      workspace,
      query.kind ?? null,
      query.state ?? null,
      query.cursor?.at ?? null,
      query.cursor?.id ?? null,
      query.limit + 1,
    )
    .all<JobRow>()
  const shown = results.slice(0, query.limit)
  const last = shown.at(-1)
  const cursor = last && results.length > query.limit ? encodeCursor({ at: last.created_at, id: last.id }) : null
  return ok({ jobs: shown.map(jobDocument), cursor })
})
