import { ConfigStore } from '../platform/config-store.ts'
import { log } from '../platform/log.ts'
import { type DeadLetter, NO_WORKSPACE } from '../shared/message/dead-letter.ts'
import { IngestMessage } from '../shared/message/ingest-message.ts'
import { applyCopies } from './apply-copies.ts'
import { type Unit, undecided, unitOf } from './copy.ts'
import { ALONE_AFTER_ATTEMPTS, reasonOf, retryLater, waitOf } from './faults.ts'
import { identifyCopies } from './identify-copies.ts'
import { meterWaits } from './meter-waits.ts'
import { normalizeCopies } from './normalize-copies.ts'
import { unfoldHooks } from './normalize-hooks.ts'
import { resolveCopies } from './resolve-copies.ts'
import { runStages } from './run-stages.ts'
import { sendDeadLetters, settle } from './settle.ts'

/**
 * The way of an event through the consumer (DESIGN §3), read top to bottom. Every message is settled by itself: it is
 * acknowledged when all its copies have an outcome and everything about them is durable, and retried otherwise.
 */
export async function consumeEvents(batch: MessageBatch, env: Env): Promise<void> {
  const units = await readUnits(batch, env)
  const together = units.filter((unit) => unit.message.attempts < ALONE_AFTER_ATTEMPTS)
  if (together.length > 0) await processUnits(together, env)
  // One poison message must not bury a hundred: what failed before goes alone.
  for (const unit of units) {
    if (unit.message.attempts >= ALONE_AFTER_ATTEMPTS) await processUnits([unit], env)
  }
}

async function processUnits(units: readonly Unit[], env: Env): Promise<void> {
  const copies = units.flatMap((unit) => unit.copies)
  try {
    const configs = new ConfigStore(env.DB)
    await normalizeCopies(units, configs)
    await runStages(env, configs, undecided(copies))
    identifyCopies(undecided(copies))
    await resolveCopies(env, undecided(copies))
    await applyCopies(env, undecided(copies))
    await settle(env, units.filter(isDecided))
    for (const unit of units) if (isDecided(unit)) unit.message.ack()
  } catch (fault) {
    // The archive, a queue or a meter refused: nothing was acknowledged, everything is done again.
    log.error('consume-events: the batch will be redelivered', { fault })
    for (const { message } of units) retryLater(message)
    for (const copy of copies) copy.waiting ??= waitOf(fault)
    await meterWaits(env, units)
    return
  }
  for (const unit of units) {
    if (isDecided(unit)) continue
    log.warn('consume-events: a message waits', {
      correlation_id: unit.ingest.requestId,
      workspace_id: unit.source?.workspace,
      source_id: unit.ingest.source,
      attempts: unit.message.attempts,
      ...waitingOf(unit),
    })
    retryLater(unit.message)
  }
  await meterWaits(env, units)
}

function waitingOf({ copies }: Unit) {
  const wait = copies.find(({ waiting }) => waiting)?.waiting
  return { waits_for: wait?.for, reason: wait?.reason }
}

function isDecided(unit: Unit): boolean {
  return unit.copies.every((copy) => copy.outcome !== undefined)
}

/** Parses, never casts. What is no ingest message at all is buried at once: no later attempt can read it either. */
async function readUnits(batch: MessageBatch, env: Env): Promise<readonly Unit[]> {
  const units: Unit[] = []
  for (const message of batch.messages) {
    try {
      units.push(unfoldHooks(unitOf(message, IngestMessage.parse(JSON.parse(String(message.body))))))
    } catch (fault) {
      await sendDeadLetters(env, [unreadable(message, reasonOf(fault))])
      message.ack()
    }
  }
  return units
}

export function unreadable(message: Message<unknown>, reason: string): DeadLetter {
  return {
    v: 1,
    id: message.id,
    workspace: NO_WORKSPACE,
    stage: 'parse',
    reason: reason.slice(0, 1_000),
    attempts: message.attempts,
    at: message.timestamp.getTime(),
    body: typeof message.body === 'string' ? message.body : JSON.stringify(message.body),
  }
}
