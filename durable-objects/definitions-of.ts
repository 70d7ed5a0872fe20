import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { Definitions } from '../shared/profile/definitions.ts'

const indexes = new WeakMap<WorkspaceConfig, Definitions>()

/** The index of a configuration's definitions, built once per configuration and isolate. */
export function definitionsOf(config: WorkspaceConfig): Definitions {
  let index = indexes.get(config)
  if (!index) {
    index = new Definitions(config.version, config.segments, config)
    indexes.set(config, index)
  }
  return index
}
