import { z } from 'zod'
import { type JobRow, jobRow } from '../../platform/jobs.ts'
import type { ImportDocument } from '../../shared/contract/read-import.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'

export const NO_IMPORT = failure('not_found', 'there is no such import')

/** Written by queues/import-file.ts; absent before the first step. */
const Progress = z
  .object({
    rows: z.int(),
    accepted: z.int(),
    rejected: z.int(),
    skipped: z.int().default(0),
    bytes: z.int(),
    read: z.int(),
  })
  .catch({ rows: 0, accepted: 0, rejected: 0, skipped: 0, bytes: 0, read: 0 })

/** Of events, and of the members of a segment. */
const KINDS: readonly string[] = ['import', 'import-members']

/** The job of an import, of this workspace and of no other kind. */
export async function importRow(env: Env, workspace: string, jobId: string): Promise<JobRow | null> {
  const row = await jobRow(env, workspace, jobId)
  return row && KINDS.includes(row.kind) ? row : null
}

export function importDocument(row: JobRow, origin: string): ImportDocument {
  const { read, bytes, ...counts } = Progress.parse(row.result === null ? null : JSON.parse(row.result))
  return {
    jobId: row.id,
    state: row.state,
    ...counts,
    errorsUrl: counts.rejected > 0 ? `${origin}/api/v1/imports/${row.id}/errors` : null,
    bytes: { read, total: bytes || bytesOf(row) },
    reason: row.reason,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  }
}

function bytesOf(row: JobRow): number {
  return z.object({ bytes: z.int() }).parse(JSON.parse(row.input)).bytes
}
