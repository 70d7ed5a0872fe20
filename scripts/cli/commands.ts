import { applyCommand } from './apply.ts'
import { codegenCommand } from './codegen.ts'
import type { Command } from './command.ts'
import { deadLettersCommand } from './dead-letters.ts'
import { importCommand } from './import.ts'
import { jobsCommand } from './jobs.ts'
import { lakeCommand } from './lake.ts'
import { lineageCommand } from './lineage.ts'
import { modelsCommand } from './models.ts'
import { planCommand } from './plan.ts'
import { pullCommand } from './pull.ts'
import { qualityCommand } from './quality.ts'
import { rebuildCommand } from './rebuild.ts'
import { redeliverCommand } from './redeliver.ts'
import { replayCommand } from './replay.ts'
import { sqlCommand } from './sql.ts'
import { syncCommand } from './sync.ts'
import { tailCommand } from './tail.ts'

/** Every command, in the order of the list. */
export const COMMANDS: readonly Command[] = [
  importCommand,
  pullCommand,
  planCommand,
  applyCommand,
  tailCommand,
  sqlCommand,
  lakeCommand,
  lineageCommand,
  qualityCommand,
  deadLettersCommand,
  replayCommand,
  redeliverCommand,
  rebuildCommand,
  syncCommand,
  modelsCommand,
  jobsCommand,
  codegenCommand,
]
