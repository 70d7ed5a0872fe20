import type { Route } from '../http/serve.ts'
import { cancelJobRoute } from './cancel-job.ts'
import { createSourceRoute } from './create-source.ts'
import { createTokenRoute } from './create-token.ts'
import { createWorkspaceRoute } from './create-workspace.ts'
import { deleteSourceRoute } from './delete-source.ts'
import { deleteTokenRoute } from './delete-token.ts'
import { listDeadLettersRoute } from './list-dead-letters.ts'
import { listJobsRoute } from './list-jobs.ts'
import { listProfileEventsRoute } from './list-profile-events.ts'
import { listSourcesRoute } from './list-sources.ts'
import { listTokensRoute } from './list-tokens.ts'
import { listWorkspacesRoute } from './list-workspaces.ts'
import { readDocsRoute } from './read-docs.ts'
import { readHealthRoute } from './read-health.ts'
import { readJobRoute } from './read-job.ts'
import { readMetricsRoute } from './read-metrics.ts'
import { readOpenApiRoute } from './read-open-api.ts'
import { readProfileRoute } from './read-profile.ts'
import { readProfileIdentityRoute } from './read-profile-identity.ts'
import { readSourceRoute } from './read-source.ts'
import { readSourceStatisticsRoute } from './read-source-statistics.ts'
import { readTokenRoute } from './read-token.ts'
import { readWorkspaceRoute } from './read-workspace.ts'
import { revokeSourceKeysRoute } from './revoke-source-keys.ts'
import { rotateSourceKeyRoute } from './rotate-source-key.ts'
import { updateSourceRoute } from './update-source.ts'
import { updateTokenRoute } from './update-token.ts'
import { updateWorkspaceRoute } from './update-workspace.ts'

/** One route per contract; those of ingestion are served by workers/ingest/, which is built for speed. */
export const routes: readonly Route[] = [
  readProfileRoute,
  listProfileEventsRoute,
  readProfileIdentityRoute,
  readWorkspaceRoute,
  updateWorkspaceRoute,
  createSourceRoute,
  listSourcesRoute,
  readSourceRoute,
  readSourceStatisticsRoute,
  updateSourceRoute,
  deleteSourceRoute,
  rotateSourceKeyRoute,
  revokeSourceKeysRoute,
  createTokenRoute,
  listTokensRoute,
  readTokenRoute,
  updateTokenRoute,
  deleteTokenRoute,
  createWorkspaceRoute,
  listWorkspacesRoute,
  listJobsRoute,
  readJobRoute,
  cancelJobRoute,
  listDeadLettersRoute,
  readMetricsRoute,
  readHealthRoute,
  readOpenApiRoute,
  readDocsRoute,
]
