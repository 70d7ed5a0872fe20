import { archive, type BronzeLine } from '../platform/archive.ts'
import { EffectMessage } from '../shared/message/effect-message.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { unreadable } from './consume-events.ts'
import { reasonOf, retryLater } from './faults.ts'
import { sendDeadLetters } from './settle.ts'

/**
 * What happened to profiles. Events that Tributary itself wrote (segment ENTER and EXIT) reach the archive here, since
 * no source ever sent them; destinations and journeys subscribe to this queue when they exist.
 */
export async function consumeEffects(batch: MessageBatch, env: Env): Promise<void> {
  const own: BronzeLine[] = []
  const read: Message[] = []
  for (const message of batch.messages) {
    try {
      const { effects } = EffectMessage.parse(JSON.parse(String(message.body)))
      read.push(message)
      for (const effect of effects) if (effect.kind === 'segment') own.push(bronzeLine(effect))
    } catch (fault) {
      await sendDeadLetters(env, [{ ...unreadable(message, reasonOf(fault)), stage: 'effects' }])
      message.ack()
    }
  }
  try {
    if (own.length > 0) await archive(env, 'effects', own)
    for (const message of read) message.ack()
  } catch (fault) {
    console.error('consume-effects: batch will be redelivered', fault)
    for (const message of read) retryLater(message)
  }
}

function bronzeLine(effect: Effect): BronzeLine {
  const { event } = effect
  return {
    copyId: event.messageId,
    receivedAt: event.receivedAt,
    workspace: effect.workspace,
    source: event.source,
    messageId: event.messageId,
    type: event.type,
    timestamp: event.timestamp,
    outcome: 'applied',
    flags: event.flags,
    canonicalId: effect.profile,
    leaf: effect.profile,
    event,
  }
}
