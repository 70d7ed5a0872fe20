import type { Route } from '../http/serve.ts'
import { cancelJobRoute } from './cancel-job.ts'
import { listDeadLettersRoute } from './list-dead-letters.ts'
import { listJobsRoute } from './list-jobs.ts'
import { listProfileEventsRoute } from './list-profile-events.ts'
import { readDocsRoute } from './read-docs.ts'
import { readHealthRoute } from './read-health.ts'
import { readJobRoute } from './read-job.ts'
import { readMetricsRoute } from './read-metrics.ts'
import { readOpenApiRoute } from './read-open-api.ts'
import { readProfileRoute } from './read-profile.ts'
import { readProfileIdentityRoute } from './read-profile-identity.ts'
import { readWorkspaceRoute } from './read-workspace.ts'
import { updateWorkspaceRoute } from './update-workspace.ts'

/** One route per contract; those of ingestion are served by workers/ingest/, which is built for speed. */
export const routes: readonly Route[] = [
  readProfileRoute,
  listProfileEventsRoute,
  readProfileIdentityRoute,
  readWorkspaceRoute,
  updateWorkspaceRoute,
  listJobsRoute,
  readJobRoute,
  cancelJobRoute,
  listDeadLettersRoute,
  readMetricsRoute,
  readHealthRoute,
  readOpenApiRoute,
  readDocsRoute,
]
