import type { JobKind } from '../platform/jobs.ts'

/** Every kind of long work. What is not here cannot be carried out. */
export const JOB_KINDS: readonly JobKind[] = []
