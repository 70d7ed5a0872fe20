import type { WorkspaceConfig } from '../../shared/config/workspace-config.ts'
import type { PipelineConfig } from '../../shared/pipeline/pipeline-config.ts'
import type { StageNote } from '../../shared/pipeline/stage-note.ts'
import type { CopyWork } from '../copy.ts'

/**
 * A stage: it looks at copies of one workspace and may change a copy's `event`, decide its `outcome`, or leave a note for
 * its trace. It sees the whole batch at once, so that code outside of this isolate is called once and not per event.
 */
export interface StageCall {
  readonly env: Env
  readonly config: WorkspaceConfig
  readonly pipeline: PipelineConfig
  /** Each has an `event` and no outcome. */
  readonly copies: readonly CopyWork[]
}
export type Stage = (call: StageCall) => void | Promise<void>

/** One more line for the copy's trace. */
export function note(copy: CopyWork, line: StageNote): void {
  ;(copy.notes ??= []).push(line)
}
