import type { Route } from '../http/serve.ts'
import { bulkImportRoute } from './bulk-import.ts'
import { cancelJobRoute } from './cancel-job.ts'
import { createMappingRoute } from './create-mapping.ts'
import { createSourceRoute } from './create-source.ts'
import { createTokenRoute } from './create-token.ts'
import { createWorkspaceRoute } from './create-workspace.ts'
import { deleteMappingRoute } from './delete-mapping.ts'
import { deleteSourceRoute } from './delete-source.ts'
import { deleteTokenRoute } from './delete-token.ts'
import { eraseProfileRoute } from './erase-profile.ts'
import { keepProfilesApartRoute } from './keep-profiles-apart.ts'
import { liftSuppressionRoute } from './lift-suppression.ts'
import { listDeadLettersRoute } from './list-dead-letters.ts'
import { listJobsRoute } from './list-jobs.ts'
import { listMappingsRoute } from './list-mappings.ts'
import { listProfileEventsRoute } from './list-profile-events.ts'
import { listSourcesRoute } from './list-sources.ts'
import { listTokensRoute } from './list-tokens.ts'
import { listWorkspacesRoute } from './list-workspaces.ts'
import { mergeProfilesRoute } from './merge-profiles.ts'
import { readDocsRoute } from './read-docs.ts'
import { readErasureRoute } from './read-erasure.ts'
import { readHealthRoute } from './read-health.ts'
import { readImportRoute } from './read-import.ts'
import { readImportErrorsRoute } from './read-import-errors.ts'
import { readJobRoute } from './read-job.ts'
import { readMappingRoute } from './read-mapping.ts'
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
import { unmergeProfileRoute } from './unmerge-profile.ts'
import { updateMappingRoute } from './update-mapping.ts'
import { updateSourceRoute } from './update-source.ts'
import { updateTokenRoute } from './update-token.ts'
import { updateWorkspaceRoute } from './update-workspace.ts'

/** One route per contract; those of ingestion are served by workers/ingest/, which is built for speed. */
export const routes: readonly Route[] = [
  readProfileRoute,
  listProfileEventsRoute,
  readProfileIdentityRoute,
  mergeProfilesRoute,
  unmergeProfileRoute,
  keepProfilesApartRoute,
  eraseProfileRoute,
  readErasureRoute,
  liftSuppressionRoute,
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
  bulkImportRoute,
  readImportRoute,
  readImportErrorsRoute,
  createMappingRoute,
  listMappingsRoute,
  readMappingRoute,
  updateMappingRoute,
  deleteMappingRoute,
  listJobsRoute,
  readJobRoute,
  cancelJobRoute,
  listDeadLettersRoute,
  readMetricsRoute,
  readHealthRoute,
  readOpenApiRoute,
  readDocsRoute,
]
