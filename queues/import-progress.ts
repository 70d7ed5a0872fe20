import type { JobStep } from '../platform/jobs.ts'

/**
 * Messages that may wait in the EVENTS queues before an import adds to them: enough to keep the consumers at work, few
 * enough that live events behind them wait for seconds. (The local queue also dies beyond 10,000.)
 */
export const MOST_WAITING = 40
export const PAUSE_MS = 500

/** How far a file has been read, and what came of its rows. */
interface Read {
  readonly offset: number
  readonly accepted: number
  readonly rejected: number
  readonly skipped?: number
}

/** In one shape for all imports, so that `GET /api/v1/imports/{jobId}` reads each. */
export function importProgress<C extends Read>(cursor: C, bytes: number): JobStep<C> {
  const { offset, accepted, rejected, skipped = 0 } = cursor
  const rows = accepted + rejected + skipped
  // How many rows are to come nobody knows before: as many per byte as so far.
  const total = offset === 0 ? rows : Math.round((rows * bytes) / offset)
  return {
    cursor,
    done: rows,
    total,
    errors: rejected,
    result: { rows, accepted, rejected, skipped, bytes, read: offset },
  }
}

/** The upload has done its duty; what was rejected can be read as long as the job. */
export async function importFinished<C extends Read>(env: Env, input: Upload, cursor: C): Promise<JobStep<C>> {
  await env.LAKE.delete(input.key)
  return { ...importProgress(cursor, input.bytes), finished: true }
}

/** No further try: who sends the file again starts anew. */
export async function importFailed<C extends Read>(
  env: Env,
  input: Upload,
  cursor: C,
  reason: string,
): Promise<JobStep<C>> {
  await env.LAKE.delete(input.key)
  return { ...importProgress(cursor, input.bytes), failed: reason }
}

interface Upload {
  /** In R2. */
  readonly key: string
  readonly bytes: number
}
