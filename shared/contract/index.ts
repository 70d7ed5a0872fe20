import { acceptMatch } from './accept-match.ts'
import { addRoundFile } from './add-round-file.ts'
import { beginOidc } from './begin-oidc.ts'
import { bulkImport } from './bulk-import.ts'
import { cancelJob } from './cancel-job.ts'
import { checkTrackingPlan } from './check-tracking-plan.ts'
import { commitLakeRound } from './commit-lake-round.ts'
import { compactLake } from './compact-lake.ts'
import type { Contract } from './contract.ts'
import { countDeadLetters } from './count-dead-letters.ts'
import { createComputedTrait } from './create-computed-trait.ts'
import { createDestination } from './create-destination.ts'
import { createExpectation } from './create-expectation.ts'
import { createLink } from './create-link.ts'
import { createMapping } from './create-mapping.ts'
import { createMember } from './create-member.ts'
import { createModel } from './create-model.ts'
import { createPlugin } from './create-plugin.ts'
import { createSegment } from './create-segment.ts'
import { createSession } from './create-session.ts'
import { createSignInLink } from './create-sign-in-link.ts'
import { createSource } from './create-source.ts'
import { createSync } from './create-sync.ts'
import { createToken } from './create-token.ts'
import { createTrackingPlan } from './create-tracking-plan.ts'
import { createTransformation } from './create-transformation.ts'
import { createWorkspace } from './create-workspace.ts'
import { deleteComputedTrait } from './delete-computed-trait.ts'
import { deleteDestination } from './delete-destination.ts'
import { deleteExpectation } from './delete-expectation.ts'
import { deleteMapping } from './delete-mapping.ts'
import { deleteMember } from './delete-member.ts'
import { deleteModel } from './delete-model.ts'
import { deleteOidc } from './delete-oidc.ts'
import { deletePlugin } from './delete-plugin.ts'
import { deleteSegment } from './delete-segment.ts'
import { deleteSession } from './delete-session.ts'
import { deleteSource } from './delete-source.ts'
import { deleteSync } from './delete-sync.ts'
import { deleteToken } from './delete-token.ts'
import { deleteTrackingPlan } from './delete-tracking-plan.ts'
import { deleteTransformation } from './delete-transformation.ts'
import { discardDeadLetters } from './discard-dead-letters.ts'
import { draftTrackingPlan } from './draft-tracking-plan.ts'
import { endOidc } from './end-oidc.ts'
import { eraseProfile } from './erase-profile.ts'
import { explainProfile } from './explain-profile.ts'
import { exportProfile } from './export-profile.ts'
import { followLink } from './follow-link.ts'
import { giveUpLakeRound } from './give-up-lake-round.ts'
import { importSegmentMembers } from './import-segment-members.ts'
import { ingestBatch } from './ingest-batch.ts'
import { ingestCalls } from './ingest-calls.ts'
import { ingestCdp } from './ingest-cdp.ts'
import { ingestDevices } from './ingest-devices.ts'
import { ingestEvents } from './ingest-events.ts'
import { ingestPixels } from './ingest-pixels.ts'
import { ingestCounters, readSdkSettings, readSourceConfig } from './ingest-settings.ts'
import { ingestUsers } from './ingest-users.ts'
import { keepProfilesApart } from './keep-profiles-apart.ts'
import { liftSuppression } from './lift-suppression.ts'
import { listAudit } from './list-audit.ts'
import { listComputedTraitVersions } from './list-computed-trait-versions.ts'
import { listComputedTraits } from './list-computed-traits.ts'
import { listConsentHistory } from './list-consent-history.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listDestinationDeliveries } from './list-destination-deliveries.ts'
import { listDestinationTypes } from './list-destination-types.ts'
import { listDestinations } from './list-destinations.ts'
import { listEvents } from './list-events.ts'
import { listExpectations } from './list-expectations.ts'
import { listJobs } from './list-jobs.ts'
import { listLakeBronze } from './list-lake-bronze.ts'
import { listLakePeople } from './list-lake-people.ts'
import { listMappings } from './list-mappings.ts'
import { listMatches } from './list-matches.ts'
import { listMembers } from './list-members.ts'
import { listModelRuns } from './list-model-runs.ts'
import { listModels } from './list-models.ts'
import { listPluginTypes } from './list-plugin-types.ts'
import { listPlugins } from './list-plugins.ts'
import { listProfileEvents } from './list-profile-events.ts'
import { listProfiles } from './list-profiles.ts'
import { listQualityHolds } from './list-quality-holds.ts'
import { listSegmentMembers } from './list-segment-members.ts'
import { listSegmentVersions } from './list-segment-versions.ts'
import { listSegments } from './list-segments.ts'
import { listSourceTypes } from './list-source-types.ts'
import { listSources } from './list-sources.ts'
import { listSyncTypes } from './list-sync-types.ts'
import { listSyncs } from './list-syncs.ts'
import { listTokens } from './list-tokens.ts'
import { listTrackingPlanVersions } from './list-tracking-plan-versions.ts'
import { listTrackingPlans } from './list-tracking-plans.ts'
import { listTraitWrites } from './list-trait-writes.ts'
import { listTransformations } from './list-transformations.ts'
import { listWorkspaces } from './list-workspaces.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { nameRoundKeys } from './name-round-keys.ts'
import { openLakeRound } from './open-lake-round.ts'
import { openLink } from './open-link.ts'
import { overlapSegments } from './overlap-segments.ts'
import { previewDestination } from './preview-destination.ts'
import { previewSegment } from './preview-segment.ts'
import { previewTransformation } from './preview-transformation.ts'
import { putModelRows } from './put-model-rows.ts'
import { readComputedTrait } from './read-computed-trait.ts'
import { readConsents } from './read-consents.ts'
import { readDeadLetter } from './read-dead-letter.ts'
import { readDestination } from './read-destination.ts'
import { readDocs } from './read-docs.ts'
import { readErasure } from './read-erasure.ts'
import { readEventTrace } from './read-event-trace.ts'
import { readExpectation } from './read-expectation.ts'
import { readHealth } from './read-health.ts'
import { readImport } from './read-import.ts'
import { readImportErrors } from './read-import-errors.ts'
import { readJob } from './read-job.ts'
import { readLake } from './read-lake.ts'
import { readLakeFile } from './read-lake-file.ts'
import { readLakeManifest } from './read-lake-manifest.ts'
import { readLakeRounds } from './read-lake-rounds.ts'
import { readLineage } from './read-lineage.ts'
import { readMapping } from './read-mapping.ts'
import { readMatch } from './read-match.ts'
import { readMember } from './read-member.ts'
import { readMetrics } from './read-metrics.ts'
import { readModel } from './read-model.ts'
import { readOidc } from './read-oidc.ts'
import { readOpenApi } from './read-open-api.ts'
import { readPlanViolations } from './read-plan-violations.ts'
import { readPlugin } from './read-plugin.ts'
import { readProfile } from './read-profile.ts'
import { readProfileIdentity } from './read-profile-identity.ts'
import { readProfileQuality } from './read-profile-quality.ts'
import { readQuality } from './read-quality.ts'
import { readRoundObject } from './read-round-object.ts'
import { readSegment } from './read-segment.ts'
import { readSession } from './read-session.ts'
import { readSignInOptions } from './read-sign-in-options.ts'
import { readSource } from './read-source.ts'
import { readSourceStatistics } from './read-source-statistics.ts'
import { readSync } from './read-sync.ts'
import { readToken } from './read-token.ts'
import { readTrackingPlan } from './read-tracking-plan.ts'
import { readTransformation } from './read-transformation.ts'
import { readWorkspace } from './read-workspace.ts'
import { rejectMatch } from './reject-match.ts'
import { releaseQualityHold } from './release-quality-hold.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { revokeSourceKeys } from './revoke-source-keys.ts'
import { rotateLinkKeys } from './rotate-link-keys.ts'
import { rotateSourceKey } from './rotate-source-key.ts'
import { runModel } from './run-model.ts'
import { runPlugin } from './run-plugin.ts'
import { runSync } from './run-sync.ts'
import { setConsents } from './set-consents.ts'
import { setOidc } from './set-oidc.ts'
import { signIn } from './sign-in.ts'
import { startRebuild } from './start-rebuild.ts'
import { startRedelivery } from './start-redelivery.ts'
import { startReplay } from './start-replay.ts'
import { testPlugin } from './test-plugin.ts'
import { unmaskProfile } from './unmask-profile.ts'
import { unmergeProfile } from './unmerge-profile.ts'
import { readUnsubscribeLink, unsubscribeLink } from './unsubscribe-link.ts'
import { updateComputedTrait } from './update-computed-trait.ts'
import { updateDeadLetter } from './update-dead-letter.ts'
import { updateDestination } from './update-destination.ts'
import { updateExpectation } from './update-expectation.ts'
import { updateMapping } from './update-mapping.ts'
import { updateMember } from './update-member.ts'
import { updateModel } from './update-model.ts'
import { updatePlugin } from './update-plugin.ts'
import { updateSegment } from './update-segment.ts'
import { updateSource } from './update-source.ts'
import { updateSync } from './update-sync.ts'
import { updateToken } from './update-token.ts'
import { updateTrackingPlan } from './update-tracking-plan.ts'
import { updateTransformation } from './update-transformation.ts'
import { updateWorkspace } from './update-workspace.ts'
import { verifySync } from './verify-sync.ts'
import { watchEvents } from './watch-events.ts'

/** Every operation of the HTTP API, in the order of the documentation. What is not here does not exist. */
export const contracts: readonly Contract[] = [
  ingestBatch,
  ...ingestCalls,
  ingestEvents,
  ingestUsers,
  ingestDevices,
  ...ingestPixels,
  readSdkSettings,
  readSourceConfig,
  ingestCounters,
  ingestCdp,
  bulkImport,
  readProfile,
  listProfileEvents,
  listTraitWrites,
  readProfileIdentity,
  readConsents,
  setConsents,
  listConsentHistory,
  exportProfile,
  unmaskProfile,
  mergeProfiles,
  unmergeProfile,
  listMatches,
  readMatch,
  acceptMatch,
  rejectMatch,
  keepProfilesApart,
  eraseProfile,
  readErasure,
  liftSuppression,
  createLink,
  rotateLinkKeys,
  openLink,
  followLink,
  readUnsubscribeLink,
  unsubscribeLink,
  readWorkspace,
  updateWorkspace,
  createSource,
  listSourceTypes,
  listSources,
  readSource,
  readSourceStatistics,
  updateSource,
  deleteSource,
  rotateSourceKey,
  revokeSourceKeys,
  createDestination,
  listDestinationTypes,
  listDestinations,
  readDestination,
  updateDestination,
  deleteDestination,
  listDestinationDeliveries,
  previewDestination,
  startRedelivery,
  startRebuild,
  createPlugin,
  listPlugins,
  readPlugin,
  updatePlugin,
  deletePlugin,
  testPlugin,
  runPlugin,
  listPluginTypes,
  createSync,
  listSyncs,
  readSync,
  updateSync,
  deleteSync,
  runSync,
  verifySync,
  listSyncTypes,
  createTransformation,
  listTransformations,
  readTransformation,
  updateTransformation,
  deleteTransformation,
  previewTransformation,
  createTrackingPlan,
  listTrackingPlans,
  readTrackingPlan,
  updateTrackingPlan,
  deleteTrackingPlan,
  listTrackingPlanVersions,
  readPlanViolations,
  checkTrackingPlan,
  draftTrackingPlan,
  createToken,
  listTokens,
  readToken,
  updateToken,
  deleteToken,
  createMember,
  listMembers,
  readMember,
  updateMember,
  deleteMember,
  createSignInLink,
  readOidc,
  setOidc,
  deleteOidc,
  listAudit,
  createWorkspace,
  listWorkspaces,
  readImport,
  readImportErrors,
  createMapping,
  listMappings,
  readMapping,
  updateMapping,
  deleteMapping,
  explainProfile,
  createSegment,
  listSegments,
  readSegment,
  updateSegment,
  deleteSegment,
  listSegmentVersions,
  createComputedTrait,
  listComputedTraits,
  readComputedTrait,
  updateComputedTrait,
  deleteComputedTrait,
  listComputedTraitVersions,
  importSegmentMembers,
  previewSegment,
  overlapSegments,
  listSegmentMembers,
  listProfiles,
  listJobs,
  readJob,
  cancelJob,
  readLake,
  readLakeManifest,
  readLakeFile,
  listLakePeople,
  listLakeBronze,
  compactLake,
  readLakeRounds,
  openLakeRound,
  readRoundObject,
  nameRoundKeys,
  addRoundFile,
  commitLakeRound,
  giveUpLakeRound,
  createExpectation,
  listExpectations,
  readExpectation,
  updateExpectation,
  deleteExpectation,
  readQuality,
  listQualityHolds,
  releaseQualityHold,
  readProfileQuality,
  readLineage,
  createModel,
  listModels,
  readModel,
  updateModel,
  deleteModel,
  runModel,
  listModelRuns,
  putModelRows,
  listEvents,
  watchEvents,
  readEventTrace,
  countDeadLetters,
  listDeadLetters,
  readDeadLetter,
  updateDeadLetter,
  replayDeadLetters,
  discardDeadLetters,
  startReplay,
  signIn,
  createSession,
  readSession,
  deleteSession,
  readSignInOptions,
  beginOidc,
  endOidc,
  readMetrics,
  readHealth,
  readOpenApi,
  readDocs,
]
