import { archive, type BronzeLine } from '../platform/archive.ts'
import { log } from '../platform/log.ts'
import { EffectMessage } from '../shared/message/effect-message.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { OWN_SOURCE } from '../shared/profile/timeline.ts'
import { unreadable } from './consume-events.ts'
import { deliverEffects } from './deliver-effects.ts'
import { reasonOf, retryLater } from './faults.ts'
import { sendToMatching } from './match-messages.ts'
import { sendDeadLetters } from './settle.ts'

/**
 * What happened to profiles. Events that Tributary itself wrote (segment ENTER and EXIT) reach the archive here, since
 * no source ever sent them; then destinations hear of everything (queues/deliver-effects.ts).
 */
export async function consumeEffects(batch: MessageBatch, env: Env): Promise<void> {
  const own: BronzeLine[] = []
  const changes: Effect[] = []
  const read: Message[] = []
  for (const message of batch.messages) {
    try {
      const { effects } = EffectMessage.parse(JSON.parse(String(message.body)))
      read.push(message)
      own.push(...effects.flatMap(bronzeLinesOf))
      changes.push(...effects)
    } catch (fault) {
      await sendDeadLetters(env, [{ ...unreadable(message, reasonOf(fault)), stage: 'effects' }])
      message.ack()
    }
  }
  try {
    if (own.length > 0) await archive(env, 'effects', own)
    await sendToMatching(env, changes)
    await deliverEffects(env, changes)
    for (const message of read) message.ack()
  } catch (fault) {
    log.error('consume-effects: the batch will be redelivered', { fault })
    for (const message of read) retryLater(message)
  }
}

/** Merges, splits and deletions are what readers of the archive need to know whose the older events are now. */
const ARCHIVED_CHANGES: ReadonlySet<string> = new Set(['merged', 'unmerged', 'deleted'])

function bronzeLinesOf(effect: Effect): readonly BronzeLine[] {
  const { key, workspace, profile: canonicalId } = effect
  switch (effect.kind) {
    case 'event':
    case 'consent': // the event that said so is in the archive
      return []
    case 'segment': {
      const { event } = effect
      const { source, messageId, type, timestamp, receivedAt, flags } = event
      const line = { copyId: messageId, receivedAt, workspace, source, messageId, type, timestamp, flags }
      return [{ ...line, outcome: 'applied', canonicalId, leaf: canonicalId, event }]
    }
    case 'profile': {
      if (!ARCHIVED_CHANGES.has(effect.change)) return []
      const { at, change, other, mergeId } = effect
      const line = {
        copyId: key,
        receivedAt: at,
        workspace,
        source: OWN_SOURCE,
        messageId: key,
        timestamp: at,
        flags: [],
      }
      const facts = { ...(other === undefined ? {} : { other }), ...(mergeId === undefined ? {} : { mergeId }) }
      return [{ ...line, type: `profile.${change}`, outcome: 'applied', canonicalId, leaf: canonicalId, ...facts }]
    }
  }
}
