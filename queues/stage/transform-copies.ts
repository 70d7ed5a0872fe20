import { sha256 } from '../../platform/destination-tools.ts'
import { transformByCode } from '../../platform/transform-by-code.ts'
import type { Event } from '../../shared/event/event.ts'
import { isSelected } from '../../shared/event/event-selection.ts'
import { asTrusted } from '../../shared/message/normalized-event.ts'
import { type Transformed, transformEvent } from '../../shared/transform/transform-event.ts'
import type { Transformation } from '../../shared/transform/transformation.ts'
import { type CopyWork, undecided } from '../copy.ts'
import { ALONE_AFTER_ATTEMPTS, reasonOf } from '../faults.ts'
import { note, type StageCall } from './stage.ts'

/**
 * The stage `transform`: the workspace's transformations in the order of their positions, each over what the one before
 * it made. What one drops is `dropped: transformation`; what it made no event of is a dead letter, and never goes on as it was.
 */
export async function transformCopies(call: StageCall): Promise<void> {
  for (const transformation of call.pipeline.transformations) {
    if (!transformation.enabled) continue
    const selected = undecided(call.copies).filter((copy) => isSelected(transformation, eventOf(copy)))
    if (selected.length === 0) continue
    if (transformation.code !== undefined) await byCode(call, transformation, transformation.code, selected)
    else for (const copy of selected) settle(copy, transformation, bySteps(call, transformation, copy))
  }
}

function eventOf(copy: CopyWork): Event {
  return copy.event as Event
}

function bySteps({ config }: StageCall, { steps = [] }: Transformation, copy: CopyWork): Transformed {
  try {
    return transformEvent(eventOf(copy), steps, sha256, config.settings)
  } catch (fault) {
    return { kind: 'failed', reason: reasonOf(fault) }
  }
}

/** One call for the whole batch. */
async function byCode(
  { env, config }: StageCall,
  transformation: Transformation,
  code: string,
  copies: readonly CopyWork[],
): Promise<void> {
  const by = { workspace: config.id, name: transformation.name, code }
  const answer = await transformByCode(env, by, copies.map(eventOf), config.settings)
  for (const [i, copy] of copies.entries()) {
    if (answer.kind === 'done') settle(copy, transformation, answer.results[i] as Transformed)
    else if (isWorthAnotherTry(answer.failure, copy))
      copy.waiting = { for: 'customer_code', reason: `${transformation.name}: ${answer.reason}` }
    else settle(copy, transformation, { kind: 'failed', reason: answer.reason })
  }
}

/** What was not the code's doing; and a call that hung, until the message goes alone: one event must not bury a hundred. */
function isWorthAnotherTry(failure: string, { unit }: CopyWork): boolean {
  if (failure === 'limit' || failure === 'unavailable') return true
  return failure === 'timeout' && unit.message.attempts < ALONE_AFTER_ATTEMPTS
}

function settle(copy: CopyWork, { id, name, version }: Transformation, result: Transformed): void {
  if (result.kind === 'unchanged') return
  const reason = 'reason' in result ? { reason: result.reason.slice(0, 500) } : {}
  note(copy, { step: 'transform', outcome: result.kind, ...reason, detail: { transformation: id, name, version } })
  switch (result.kind) {
    case 'changed':
      copy.event = asTrusted(result.event, copy.unit.ingest.trust)
      break
    case 'dropped':
      copy.outcome = { kind: 'dropped', reason: 'transformation' }
      break
    case 'failed':
      copy.outcome = { kind: 'dead_letter', stage: 'transform', reason: `${name}: ${result.reason}`.slice(0, 500) }
      break
  }
}
