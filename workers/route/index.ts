import type { Route } from '../http/serve.ts'
import {
  followLinkRoute,
  openLinkRoute,
  readUnsubscribeLinkRoute,
  unsubscribeLinkRoute,
} from '../track/track-routes.ts'
import { acceptMatchRoute } from './accept-match.ts'
import { addRoundFileRoute } from './add-round-file.ts'
import { beginOidcRoute } from './begin-oidc.ts'
import { bulkImportRoute } from './bulk-import.ts'
import { cancelJobRoute } from './cancel-job.ts'
import { checkTrackingPlanRoute } from './check-tracking-plan.ts'
import { commitLakeRoundRoute } from './commit-lake-round.ts'
import { compactLakeRoute } from './compact-lake.ts'
import { countDeadLettersRoute } from './count-dead-letters.ts'
import { createComputedTraitRoute } from './create-computed-trait.ts'
import { createDestinationRoute } from './create-destination.ts'
import { createExpectationRoute } from './create-expectation.ts'
import { createLinkRoute } from './create-link.ts'
import { createMappingRoute } from './create-mapping.ts'
import { createMemberRoute } from './create-member.ts'
import { createModelRoute } from './create-model.ts'
import { createPluginRoute } from './create-plugin.ts'
import { createSegmentRoute } from './create-segment.ts'
import { createSessionRoute } from './create-session.ts'
import { createSignInLinkRoute } from './create-sign-in-link.ts'
import { createSourceRoute } from './create-source.ts'
import { createSyncRoute } from './create-sync.ts'
import { createTokenRoute } from './create-token.ts'
import { createTrackingPlanRoute } from './create-tracking-plan.ts'
import { createTransformationRoute } from './create-transformation.ts'
import { createWorkspaceRoute } from './create-workspace.ts'
import { deleteComputedTraitRoute } from './delete-computed-trait.ts'
import { deleteDestinationRoute } from './delete-destination.ts'
import { deleteExpectationRoute } from './delete-expectation.ts'
import { deleteMappingRoute } from './delete-mapping.ts'
import { deleteMemberRoute } from './delete-member.ts'
import { deleteModelRoute } from './delete-model.ts'
import { deleteOidcRoute } from './delete-oidc.ts'
import { deletePluginRoute } from './delete-plugin.ts'
import { deleteSegmentRoute } from './delete-segment.ts'
import { deleteSessionRoute } from './delete-session.ts'
import { deleteSourceRoute } from './delete-source.ts'
import { deleteSyncRoute } from './delete-sync.ts'
import { deleteTokenRoute } from './delete-token.ts'
import { deleteTrackingPlanRoute } from './delete-tracking-plan.ts'
import { deleteTransformationRoute } from './delete-transformation.ts'
import { discardDeadLettersRoute } from './discard-dead-letters.ts'
import { draftTrackingPlanRoute } from './draft-tracking-plan.ts'
import { endOidcRoute } from './end-oidc.ts'
import { eraseProfileRoute } from './erase-profile.ts'
import { explainProfileRoute } from './explain-profile.ts'
import { exportProfileRoute } from './export-profile.ts'
import { giveUpLakeRoundRoute } from './give-up-lake-round.ts'
import { importSegmentMembersRoute } from './import-segment-members.ts'
import { keepProfilesApartRoute } from './keep-profiles-apart.ts'
import { liftSuppressionRoute } from './lift-suppression.ts'
import { listAuditRoute } from './list-audit.ts'
import { listComputedTraitVersionsRoute } from './list-computed-trait-versions.ts'
import { listComputedTraitsRoute } from './list-computed-traits.ts'
import { listConsentHistoryRoute } from './list-consent-history.ts'
import { listDeadLettersRoute } from './list-dead-letters.ts'
import { listDestinationDeliveriesRoute } from './list-destination-deliveries.ts'
import { listDestinationTypesRoute } from './list-destination-types.ts'
import { listDestinationsRoute } from './list-destinations.ts'
import { listEventsRoute } from './list-events.ts'
import { listExpectationsRoute } from './list-expectations.ts'
import { listJobsRoute } from './list-jobs.ts'
import { listLakeBronzeRoute } from './list-lake-bronze.ts'
import { listLakePeopleRoute } from './list-lake-people.ts'
import { listMappingsRoute } from './list-mappings.ts'
import { listMatchesRoute } from './list-matches.ts'
import { listMembersRoute } from './list-members.ts'
import { listModelRunsRoute } from './list-model-runs.ts'
import { listModelsRoute } from './list-models.ts'
import { listPluginTypesRoute } from './list-plugin-types.ts'
import { listPluginsRoute } from './list-plugins.ts'
import { listProfileEventsRoute } from './list-profile-events.ts'
import { listProfilesRoute } from './list-profiles.ts'
import { listQualityHoldsRoute } from './list-quality-holds.ts'
import { listSegmentMembersRoute } from './list-segment-members.ts'
import { listSegmentVersionsRoute } from './list-segment-versions.ts'
import { listSegmentsRoute } from './list-segments.ts'
import { listSourceTypesRoute } from './list-source-types.ts'
import { listSourcesRoute } from './list-sources.ts'
import { listSyncTypesRoute } from './list-sync-types.ts'
import { listSyncsRoute } from './list-syncs.ts'
import { listTokensRoute } from './list-tokens.ts'
import { listTrackingPlanVersionsRoute } from './list-tracking-plan-versions.ts'
import { listTrackingPlansRoute } from './list-tracking-plans.ts'
import { listTraitWritesRoute } from './list-trait-writes.ts'
import { listTransformationsRoute } from './list-transformations.ts'
import { listWorkspacesRoute } from './list-workspaces.ts'
import { mergeProfilesRoute } from './merge-profiles.ts'
import { nameRoundKeysRoute } from './name-round-keys.ts'
import { openLakeRoundRoute } from './open-lake-round.ts'
import { overlapSegmentsRoute } from './overlap-segments.ts'
import { previewDestinationRoute } from './preview-destination.ts'
import { previewSegmentRoute } from './preview-segment.ts'
import { previewTransformationRoute } from './preview-transformation.ts'
import { putModelRowsRoute } from './put-model-rows.ts'
import { readComputedTraitRoute } from './read-computed-trait.ts'
import { readConsentsRoute } from './read-consents.ts'
import { readDeadLetterRoute } from './read-dead-letter.ts'
import { readDestinationRoute } from './read-destination.ts'
import { readDocsRoute } from './read-docs.ts'
import { readErasureRoute } from './read-erasure.ts'
import { readEventTraceRoute } from './read-event-trace.ts'
import { readExpectationRoute } from './read-expectation.ts'
import { readHealthRoute } from './read-health.ts'
import { readImportRoute } from './read-import.ts'
import { readImportErrorsRoute } from './read-import-errors.ts'
import { readJobRoute } from './read-job.ts'
import { readLakeRoute } from './read-lake.ts'
import { readLakeFileRoute } from './read-lake-file.ts'
import { readLakeManifestRoute } from './read-lake-manifest.ts'
import { readLakeRoundsRoute } from './read-lake-rounds.ts'
import { readLineageRoute } from './read-lineage.ts'
import { readMappingRoute } from './read-mapping.ts'
import { readMatchRoute } from './read-match.ts'
import { readMemberRoute } from './read-member.ts'
import { readMetricsRoute } from './read-metrics.ts'
import { readModelRoute } from './read-model.ts'
import { readOidcRoute } from './read-oidc.ts'
import { readOpenApiRoute } from './read-open-api.ts'
import { readPlanViolationsRoute } from './read-plan-violations.ts'
import { readPluginRoute } from './read-plugin.ts'
import { readProfileRoute } from './read-profile.ts'
import { readProfileIdentityRoute } from './read-profile-identity.ts'
import { readProfileQualityRoute } from './read-profile-quality.ts'
import { readQualityRoute } from './read-quality.ts'
import { readRoundObjectRoute } from './read-round-object.ts'
import { readSegmentRoute } from './read-segment.ts'
import { readSessionRoute } from './read-session.ts'
import { readSignInOptionsRoute } from './read-sign-in-options.ts'
import { readSourceRoute } from './read-source.ts'
import { readSourceStatisticsRoute } from './read-source-statistics.ts'
import { readSyncRoute } from './read-sync.ts'
import { readTokenRoute } from './read-token.ts'
import { readTrackingPlanRoute } from './read-tracking-plan.ts'
import { readTransformationRoute } from './read-transformation.ts'
import { readWorkspaceRoute } from './read-workspace.ts'
import { rejectMatchRoute } from './reject-match.ts'
import { releaseQualityHoldRoute } from './release-quality-hold.ts'
import { replayDeadLettersRoute } from './replay-dead-letters.ts'
import { revokeSourceKeysRoute } from './revoke-source-keys.ts'
import { rotateLinkKeysRoute } from './rotate-link-keys.ts'
import { rotateSourceKeyRoute } from './rotate-source-key.ts'
import { runModelRoute } from './run-model.ts'
import { runPluginRoute } from './run-plugin.ts'
import { runSyncRoute } from './run-sync.ts'
import { setConsentsRoute } from './set-consents.ts'
import { setOidcRoute } from './set-oidc.ts'
import { signInRoute } from './sign-in.ts'
import { startRebuildRoute } from './start-rebuild.ts'
import { startRedeliveryRoute } from './start-redelivery.ts'
import { startReplayRoute } from './start-replay.ts'
import { testPluginRoute } from './test-plugin.ts'
import { unmaskProfileRoute } from './unmask-profile.ts'
import { unmergeProfileRoute } from './unmerge-profile.ts'
import { updateComputedTraitRoute } from './update-computed-trait.ts'
import { updateDeadLetterRoute } from './update-dead-letter.ts'
import { updateDestinationRoute } from './update-destination.ts'
import { updateExpectationRoute } from './update-expectation.ts'
import { updateMappingRoute } from './update-mapping.ts'
import { updateMemberRoute } from './update-member.ts'
import { updateModelRoute } from './update-model.ts'
import { updatePluginRoute } from './update-plugin.ts'
import { updateSegmentRoute } from './update-segment.ts'
import { updateSourceRoute } from './update-source.ts'
import { updateSyncRoute } from './update-sync.ts'
import { updateTokenRoute } from './update-token.ts'
import { updateTrackingPlanRoute } from './update-tracking-plan.ts'
import { updateTransformationRoute } from './update-transformation.ts'
import { updateWorkspaceRoute } from './update-workspace.ts'
import { verifySyncRoute } from './verify-sync.ts'
import { watchEventsRoute } from './watch-events.ts'

/** One route per contract; those of ingestion are served by workers/ingest/, which is built for speed. */
export const routes: readonly Route[] = [
  readProfileRoute,
  listProfileEventsRoute,
  listTraitWritesRoute,
  readProfileIdentityRoute,
  readConsentsRoute,
  setConsentsRoute,
  listConsentHistoryRoute,
  exportProfileRoute,
  unmaskProfileRoute,
  mergeProfilesRoute,
  unmergeProfileRoute,
  listMatchesRoute,
  readMatchRoute,
  acceptMatchRoute,
  rejectMatchRoute,
  keepProfilesApartRoute,
  eraseProfileRoute,
  readErasureRoute,
  liftSuppressionRoute,
  createLinkRoute,
  rotateLinkKeysRoute,
  openLinkRoute,
  followLinkRoute,
  readUnsubscribeLinkRoute,
  unsubscribeLinkRoute,
  readWorkspaceRoute,
  updateWorkspaceRoute,
  createSourceRoute,
  listSourceTypesRoute,
  listSourcesRoute,
  readSourceRoute,
  readSourceStatisticsRoute,
  updateSourceRoute,
  deleteSourceRoute,
  rotateSourceKeyRoute,
  revokeSourceKeysRoute,
  createDestinationRoute,
  listDestinationTypesRoute,
  listDestinationsRoute,
  readDestinationRoute,
  updateDestinationRoute,
  deleteDestinationRoute,
  listDestinationDeliveriesRoute,
  previewDestinationRoute,
  startRedeliveryRoute,
  startRebuildRoute,
  createPluginRoute,
  listPluginsRoute,
  readPluginRoute,
  updatePluginRoute,
  deletePluginRoute,
  testPluginRoute,
  runPluginRoute,
  listPluginTypesRoute,
  createSyncRoute,
  listSyncsRoute,
  readSyncRoute,
  updateSyncRoute,
  deleteSyncRoute,
  runSyncRoute,
  verifySyncRoute,
  listSyncTypesRoute,
  createTransformationRoute,
  listTransformationsRoute,
  readTransformationRoute,
  updateTransformationRoute,
  deleteTransformationRoute,
  previewTransformationRoute,
  createTrackingPlanRoute,
  listTrackingPlansRoute,
  readTrackingPlanRoute,
  updateTrackingPlanRoute,
  deleteTrackingPlanRoute,
  listTrackingPlanVersionsRoute,
  readPlanViolationsRoute,
  checkTrackingPlanRoute,
  draftTrackingPlanRoute,
  createTokenRoute,
  listTokensRoute,
  readTokenRoute,
  updateTokenRoute,
  deleteTokenRoute,
  createMemberRoute,
  listMembersRoute,
  readMemberRoute,
  updateMemberRoute,
  deleteMemberRoute,
  createSignInLinkRoute,
  readOidcRoute,
  setOidcRoute,
  deleteOidcRoute,
  listAuditRoute,
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
  explainProfileRoute,
  createSegmentRoute,
  listSegmentsRoute,
  readSegmentRoute,
  updateSegmentRoute,
  deleteSegmentRoute,
  listSegmentVersionsRoute,
  createComputedTraitRoute,
  listComputedTraitsRoute,
  readComputedTraitRoute,
  updateComputedTraitRoute,
  deleteComputedTraitRoute,
  listComputedTraitVersionsRoute,
  importSegmentMembersRoute,
  previewSegmentRoute,
  overlapSegmentsRoute,
  listSegmentMembersRoute,
  listProfilesRoute,
  listJobsRoute,
  readJobRoute,
  cancelJobRoute,
  readLakeRoute,
  readLakeManifestRoute,
  readLakeFileRoute,
  listLakePeopleRoute,
  listLakeBronzeRoute,
  compactLakeRoute,
  readLakeRoundsRoute,
  openLakeRoundRoute,
  readRoundObjectRoute,
  nameRoundKeysRoute,
  addRoundFileRoute,
  commitLakeRoundRoute,
  giveUpLakeRoundRoute,
  createExpectationRoute,
  listExpectationsRoute,
  readExpectationRoute,
  updateExpectationRoute,
  deleteExpectationRoute,
  readQualityRoute,
  listQualityHoldsRoute,
  releaseQualityHoldRoute,
  readProfileQualityRoute,
  readLineageRoute,
  createModelRoute,
  listModelsRoute,
  readModelRoute,
  updateModelRoute,
  deleteModelRoute,
  runModelRoute,
  listModelRunsRoute,
  putModelRowsRoute,
  listEventsRoute,
  watchEventsRoute,
  readEventTraceRoute,
  countDeadLettersRoute,
  listDeadLettersRoute,
  readDeadLetterRoute,
  updateDeadLetterRoute,
  replayDeadLettersRoute,
  discardDeadLettersRoute,
  startReplayRoute,
  signInRoute,
  createSessionRoute,
  readSessionRoute,
  deleteSessionRoute,
  readSignInOptionsRoute,
  beginOidcRoute,
  endOidcRoute,
  readMetricsRoute,
  readHealthRoute,
  readOpenApiRoute,
  readDocsRoute,
]
