import type { JobKind } from '../platform/jobs.ts'
import { importFile } from './import-file.ts'

/** Every kind of long work. What is not here cannot be carried out. */
export const JOB_KINDS: readonly JobKind[] = [importFile]
