import type { JobRow } from '../../platform/jobs.ts'
import type { JobDocument } from '../../shared/contract/read-job.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'

export const NO_JOB = failure('not_found', 'there is no such job')

/** A job's row as its owner sees it: without its input and its place. */
export function jobDocument(row: JobRow): JobDocument {
  const { id, kind, state, done, total, errors, reason } = row
  const times = { createdAt: toIso(row.created_at), updatedAt: toIso(row.updated_at) }
  return { id, kind, state, done, total, errors, reason, result: row.result && JSON.parse(row.result), ...times }
}
