import { ConfigStore } from '../platform/config-store.ts'
import { log } from '../platform/log.ts'
import { jsonOf } from '../shared/kernel/json.ts'
import { DeadLetter } from '../shared/message/dead-letter.ts'
import { EffectMessage } from '../shared/message/effect-message.ts'
import { IngestMessage } from '../shared/message/ingest-message.ts'
import { unreadable } from './consume-events.ts'
import { unitOf } from './copy.ts'
import { effectLetters } from './effect-letters.ts'
import { retryLater } from './faults.ts'
import { deadLettersOf, settleBuried } from './settle.ts'
import { trimConnection } from './trim-connection.ts'

/**
 * Keeps what could not be processed where it can be listed, inspected and replayed (D1). Also takes what the queues
 * themselves gave up on after their last retry: each copy of such a message is a dead letter of stage `queue`, each effect
 * one of stage `effects`.
 */
export async function consumeDeadLetters(batch: MessageBatch, env: Env): Promise<void> {
  for (const message of batch.messages) {
    try {
      const letters = await readLetters(message, env)
      if (letters === 'wait') {
        retryLater(message)
        continue
      }
      await keep(env, letters)
      message.ack()
    } catch (fault) {
      log.error('consume-dead-letters: the batch will be redelivered', { fault })
      retryLater(message)
    }
  }
}

async function readLetters(message: Message, env: Env): Promise<readonly DeadLetter[] | 'wait'> {
  const json = jsonOf(String(message.body))
  const letter = DeadLetter.safeParse(json)
  if (letter.success) return [letter.data]
  const told = EffectMessage.safeParse(json)
  if (told.success) return effectLetters(message, told.data.effects)
  const ingest = IngestMessage.safeParse(json)
  if (!ingest.success) return [{ ...unreadable(message, 'given up by its queue'), stage: 'queue' }]

  const unit = unitOf(message, ingest.data)
  const source = await new ConfigStore(env.DB).source(ingest.data.source)
  if (source === 'unreadable') return 'wait'
  trimConnection(unit, source)
  if (source !== 'unknown') unit.source = source
  for (const copy of unit.copies) {
    copy.outcome = { kind: 'dead_letter', stage: 'queue', reason: 'given up by its queue after its last retry' }
  }
  await settleBuried(env, unit)
  return deadLettersOf(unit)
}

async function keep(env: Env, letters: readonly DeadLetter[]): Promise<void> {
  const now = Date.now()
  const insert = env.DB.prepare(
    `INSERT OR REPLACE INTO dead_letters (workspace, id, message_id, stage, reason, attempts, at, body, kept_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  await env.DB.batch(
    letters.map(({ workspace, id, messageId, stage, reason, attempts, at, body }) =>
      insert.bind(workspace, id, messageId ?? null, stage, reason, attempts, at, body, now),
    ),
  )
}
