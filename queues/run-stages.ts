import type { ConfigStore } from '../platform/config-store.ts'
import { isTransient } from '../platform/transient.ts'
import { type StageName, stagesOf } from '../shared/config/pipeline-settings.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { type CopyWork, undecided } from './copy.ts'
import { reasonOf, waitOf } from './faults.ts'
import { enrichCopies } from './stage/enrich-copies.ts'
import { planCopies } from './stage/plan-copies.ts'
import { pluginCopies } from './stage/plugin-copies.ts'
import type { Stage, StageCall } from './stage/stage.ts'
import { transformCopies } from './stage/transform-copies.ts'

const RUN: Readonly<Record<StageName, Stage>> = {
  transform: transformCopies,
  plan: planCopies,
  enrich: enrichCopies,
  plugins: pluginCopies,
}

/** The stages that the workspace chose, in its order; what one decides the next does not see. */
export async function runStages(env: Env, configs: ConfigStore, copies: readonly CopyWork[]): Promise<void> {
  // What Tributary tells by itself is no message of a source.
  const foreign = copies.filter(({ item }) => item.profile === undefined)
  const groups = Map.groupBy(foreign, ({ unit }) => unit.config as WorkspaceConfig)
  await Promise.all([...groups].map(([config, mine]) => runIn(env, configs, config, mine)))
}

async function runIn(env: Env, configs: ConfigStore, config: WorkspaceConfig, copies: readonly CopyWork[]) {
  const pipeline = await configs.pipeline(config.id)
  if (typeof pipeline === 'string') {
    for (const copy of copies)
      copy.waiting = { for: 'configuration', reason: 'the pipeline of the workspace cannot be read' }
    return
  }
  const { settings } = config
  const byOrder = Map.groupBy(copies, ({ unit }) => stagesOf(settings.pipeline, unit.ingest.source).join())
  for (const mine of byOrder.values()) {
    for (const stage of stagesOf(settings.pipeline, mine[0]?.unit.ingest.source ?? '')) {
      await runStage(stage, { env, config, pipeline, copies: undecided(mine) })
    }
  }
}

async function runStage(stage: StageName, call: StageCall): Promise<void> {
  if (call.copies.length === 0) return
  try {
    await RUN[stage](call)
  } catch (fault) {
    const reason = reasonOf(fault)
    for (const copy of undecided(call.copies)) {
      if (isTransient(fault)) copy.waiting = waitOf(fault)
      else copy.outcome = { kind: 'dead_letter', stage, reason }
    }
  }
}
