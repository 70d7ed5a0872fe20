import { archive, type BronzeLine } from '../platform/archive.ts'
import { sendEffects } from '../platform/effects.ts'
import { sendAll } from '../platform/queue-packing.ts'
import { consentsIn } from '../shared/consent/read-consents.ts'
import type { Outcome } from '../shared/event/outcome.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { changesOf } from '../shared/message/archived-event.ts'
import type { DeadLetter } from '../shared/message/dead-letter.ts'
import { type HeldInLine, heldInLine } from '../shared/message/rebuild-line.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { type CopyWork, messageIdOf, type Unit, workspaceOf } from './copy.ts'
import { countPlans } from './count-plans.ts'
import { eraseAsked } from './erase-asked.ts'
import { meterCopies } from './meter-copies.ts'
import { traceCopies } from './trace-copies.ts'

/**
 * Steps 4 to 6 for messages whose every copy has an outcome: archive, dead letters, effects, meters, trace. The queue keeps
 * the messages until all of it is durable; a fault anywhere brings them all back, and every step may be repeated.
 */
export async function settle(env: Env, units: readonly Unit[]): Promise<void> {
  if (units.length === 0) return
  const copies = units.flatMap((unit) => unit.copies)
  await archive(env, 'events', copies.map(bronzeLine))
  await Promise.all([
    sendDeadLetters(env, copies.flatMap(deadLetterOf)),
    sendEffects(env, copies.flatMap(effectOf)),
    meterCopies(env, units),
    countPlans(env, units),
    traceCopies(env, units),
  ])
  // Last: the archive must have what it takes out again.
  await eraseAsked(env, copies)
}

function bronzeLine(copy: CopyWork): BronzeLine {
  const { unit, item, event, placed, outcome } = copy
  const { ingest } = unit
  const { v: _, items: __, ...envelope } = ingest
  return {
    copyId: copy.copyId,
    receivedAt: ingest.receivedAt,
    workspace: workspaceOf(unit),
    source: ingest.source,
    messageId: messageIdOf(copy) ?? null,
    type: event?.type ?? null,
    timestamp: event?.timestamp ?? null,
    outcome: outcome?.kind,
    ...facts(outcome as Outcome),
    flags: event?.flags ?? [],
    canonicalId: placed?.profile ?? null,
    leaf: placed?.leaf ?? null,
    ...(copy.consents ? { consents: copy.consents } : {}),
    ...(placed && placed.refused.length > 0 ? { refusedLinks: placed.refused } : {}),
    ...(isSuppressed(outcome) ? {} : { envelope, item, ...stagedOf(copy), ...heldOf(copy) }),
  }
}

/** What the stages made of it, when they changed it: with the item it gives the event that was applied (eventOfLine). */
function stagedOf({ event, normalized }: CopyWork): { readonly changes?: JsonObject } {
  const changes = event && normalized && changesOf(normalized, event)
  return changes ? { changes } : {}
}

/** Which of its identifiers the profile held, and under which leaf: nobody could say it later (rebuild-line.ts). */
function heldOf({ placed, outcome }: CopyWork): { readonly held?: readonly HeldInLine[] } {
  return placed && outcome?.kind === 'applied' ? { held: heldInLine(placed.held) } : {}
}

/** What an erased person sent is counted, and not kept. */
function isSuppressed(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'dropped' && outcome.reason === 'suppressed'
}

function facts(outcome: Outcome): Record<string, unknown> {
  const { kind: _, ...rest } = outcome
  return rest
}

/** A message that its queue gave up on: its copies are in the ledger like any other, and counted once. */
export async function settleBuried(env: Env, unit: Unit): Promise<void> {
  await archive(env, 'events', unit.copies.map(bronzeLine))
  await Promise.all([meterCopies(env, [unit]), traceCopies(env, [unit])])
}

export function deadLettersOf(unit: Unit): readonly DeadLetter[] {
  return unit.copies.flatMap(deadLetterOf)
}

function deadLetterOf(copy: CopyWork): readonly DeadLetter[] {
  const { outcome, unit } = copy
  if (outcome?.kind !== 'dead_letter') return []
  const { items: _, ...envelope } = unit.ingest
  // As it was sent, of one that was never read: it is looked for by that.
  const messageId = messageIdOf(copy)
  return [
    {
      v: 1,
      id: copy.copyId,
      workspace: workspaceOf(unit),
      ...(messageId === undefined ? {} : { messageId }),
      stage: outcome.stage,
      reason: outcome.reason,
      attempts: unit.message.attempts,
      at: unit.ingest.receivedAt,
      body: JSON.stringify({ ...envelope, items: [copy.item] }),
    },
  ]
}

export async function sendDeadLetters(env: Env, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return
  // One per message: a body may be as large as an event may be.
  await sendAll(
    env.DEAD_LETTERS,
    letters.map((letter) => JSON.stringify(letter)),
  )
}

/** A redelivered copy's effect goes out again: it may be the effect that was lost with the first delivery. */
function effectOf(copy: CopyWork): readonly Effect[] {
  const { event, placed, outcome, unit } = copy
  if (outcome?.kind !== 'applied' || !event || !placed) return []
  const workspace = unit.source?.workspace as string
  const { profile } = placed
  const key = `${event.source}:${event.messageId}`
  const stamp = copy.consents ? { consents: copy.consents } : {}
  const effects: Effect[] = [{ key, kind: 'event', workspace, profile, event, ...stamp }]
  if (copy.told) {
    const { kind: change, traits, identifiers, consents = [] } = copy.told
    const { messageId, receivedAt: at } = event
    effects.push({
      key: `${key}:profile`,
      kind: 'profile',
      workspace,
      profile,
      change,
      at,
      traits,
      identifiers,
      messageId,
    })
    const said = consentsIn(event).filter(({ name }) => consents.includes(name))
    if (said.length > 0) {
      const told = said.map(({ name, write: { status, at, source } }) => [name, { status, at, source }] as const)
      const consent = {
        kind: 'consent' as const,
        workspace,
        profile,
        at,
        messageId,
        consents: Object.fromEntries(told),
      }
      effects.push({ key: `${key}:consent`, ...consent })
    }
  }
  return effects
}
