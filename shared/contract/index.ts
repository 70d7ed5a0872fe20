import { cancelJob } from './cancel-job.ts'
import type { Contract } from './contract.ts'
import { ingestBatch } from './ingest-batch.ts'
import { ingestCalls } from './ingest-calls.ts'
import { ingestCdp } from './ingest-cdp.ts'
import { ingestEvents } from './ingest-events.ts'
import { ingestUsers } from './ingest-users.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listJobs } from './list-jobs.ts'
import { listProfileEvents } from './list-profile-events.ts'
import { readDocs } from './read-docs.ts'
import { readHealth } from './read-health.ts'
import { readJob } from './read-job.ts'
import { readMetrics } from './read-metrics.ts'
import { readOpenApi } from './read-open-api.ts'
import { readProfile } from './read-profile.ts'
import { readProfileIdentity } from './read-profile-identity.ts'
import { readWorkspace } from './read-workspace.ts'
import { updateWorkspace } from './update-workspace.ts'

/** Every operation of the HTTP API, in the order of the documentation. What is not here does not exist. */
export const contracts: readonly Contract[] = [
  ingestBatch,
  ...ingestCalls,
  ingestEvents,
  ingestUsers,
  ingestCdp,
  readProfile,
  listProfileEvents,
  readProfileIdentity,
  readWorkspace,
  updateWorkspace,
  listJobs,
  readJob,
  cancelJob,
  listDeadLetters,
  readMetrics,
  readHealth,
  readOpenApi,
  readDocs,
]
