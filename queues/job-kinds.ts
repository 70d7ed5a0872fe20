import type { JobKind } from '../platform/jobs.ts'
import { buildSegment } from './build-segment.ts'
import { compactLake } from './compact-lake.ts'
import { draftPlan } from './draft-plan.ts'
import { erasePerson } from './erase-person.ts'
import { forgetIdle } from './forget-idle.ts'
import { importFile } from './import-file.ts'
import { importMembers } from './import-members.ts'
import { matchEveryone } from './match-everyone.ts'
import { learnMatching } from './match-learning.ts'
import { checkQuality } from './quality-check.ts'
import { scoreQuality } from './quality-profiles.ts'
import { rebuildProfiles } from './rebuild-profiles.ts'
import { redeliverArchive } from './redeliver-archive.ts'
import { replayArchive } from './replay-archive.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { runModel } from './run-model.ts'
import { runPlugin } from './run-plugin.ts'
import { verifyWarehouse } from './sync-verify.ts'
import { syncWarehouse } from './sync-warehouse.ts'
import { tendAudience } from './tend-audience.ts'
import { tendLake } from './tend-lake.ts'

/** Every kind of long work. What is not here cannot be carried out. */
export const JOB_KINDS: readonly JobKind[] = [
  replayDeadLetters,
  replayArchive,
  redeliverArchive,
  rebuildProfiles,
  forgetIdle,
  buildSegment,
  draftPlan,
  importFile,
  importMembers,
  erasePerson,
  learnMatching,
  matchEveryone,
  tendAudience,
  compactLake,
  tendLake,
  checkQuality,
  scoreQuality,
  runModel,
  runPlugin,
  syncWarehouse,
  verifyWarehouse,
]
