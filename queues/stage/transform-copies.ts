import { sha256 } from '../../platform/destination-tools.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { Event } from '../../shared/event/event.ts'
import { isSelected } from '../../shared/event/event-selection.ts'
import { withoutListMarks } from '../../shared/message/normalized-event.ts'
import { type Transformed, transformEvent } from '../../shared/transform/transform-event.ts'
import type { Transformation } from '../../shared/transform/transformation.ts'
import { type CopyWork, undecided } from '../copy.ts'
import { reasonOf } from '../faults.ts'
import { note, type StageCall } from './stage.ts'

/**
 * The stage `transform`: the workspace's transformations in the order of their positions, each over what the one before
 * it made. What one drops is `dropped: transformation`; what it made no event of is a dead letter, and never goes on as it was.
 */
export function transformCopies({ config, pipeline, copies }: StageCall): void {
  for (const transformation of pipeline.transformations) {
    if (!transformation.enabled) continue
    for (const copy of undecided(copies)) {
      if (isSelected(transformation, copy.event as Event)) transformCopy(copy, transformation, config.settings)
    }
  }
}

function transformCopy(copy: CopyWork, transformation: Transformation, settings: WorkspaceSettings): void {
  try {
    settle(copy, transformation, transformEvent(copy.event as Event, transformation.steps, sha256, settings))
  } catch (fault) {
    settle(copy, transformation, { kind: 'failed', reason: reasonOf(fault) })
  }
}

function settle(copy: CopyWork, { id, name, version }: Transformation, result: Transformed): void {
  if (result.kind === 'unchanged') return
  const reason = 'reason' in result ? { reason: result.reason.slice(0, 500) } : {}
  note(copy, { step: 'transform', outcome: result.kind, ...reason, detail: { transformation: id, name, version } })
  switch (result.kind) {
    case 'changed':
      // Who is on a list is not said by a public key, whatever it is renamed from.
      copy.event = copy.unit.ingest.trust === 'public' ? withoutListMarks(result.event) : result.event
      break
    case 'dropped':
      copy.outcome = { kind: 'dropped', reason: 'transformation' }
      break
    case 'failed':
      copy.outcome = { kind: 'dead_letter', stage: 'transform', reason: `${name}: ${result.reason}`.slice(0, 500) }
      break
  }
}
