import type { Held } from '../durable-objects/lane-memory.ts'
import type { DeadLetter } from '../shared/message/dead-letter.ts'
import { sendAll } from './queue-packing.ts'

/** A delivery that was given up or refused. Its body names the destination and holds the effect, so that it can be sent again. */
export interface LostDelivery {
  readonly workspace: string
  readonly destination: string
  /** For people. */
  readonly name: string
  readonly held: Pick<Held, 'messageId' | 'attempts' | 'at' | 'key'>
  readonly text: string
  readonly reason: string
}

/** @throws when the queue does not take it */
export async function sendDestinationLetter(env: Env, lost: LostDelivery, now: number): Promise<void> {
  const { workspace, destination, name, held, text, reason } = lost
  const letter: DeadLetter = {
    v: 1,
    // With the time: one that is replayed and fails again is another letter than the one that is taken off the list.
    id: `${destination}:${held.key}:${now.toString(36)}`,
    workspace,
    messageId: held.messageId,
    stage: 'destination',
    reason: `${name}: ${reason}`,
    attempts: held.attempts + 1,
    at: held.at,
    body: `{"destination":${JSON.stringify(destination)},"effect":${text}}`,
  }
  await sendAll(env.DEAD_LETTERS, [JSON.stringify(letter)])
}
