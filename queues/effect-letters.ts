import { z } from 'zod'
import type { DeadLetterRow } from '../platform/dead-letter-rows.ts'
import { sendEffects } from '../platform/effects.ts'
import { toldOf } from '../shared/destination/effect-delivery.ts'
import { jsonOf } from '../shared/kernel/json.ts'
import type { DeadLetter } from '../shared/message/dead-letter.ts'
import { Effect } from '../shared/profile/effect.ts'

/**
 * Effects that their queue gave up on: destinations and, of segment changes, the archive have not heard of them. Each is a
 * letter of stage `effects` in its own workspace, as it was; replayed, it goes to the queue again, under its key.
 */
export function effectLetters(message: Message<unknown>, effects: readonly Effect[]): readonly DeadLetter[] {
  return effects.map((effect) => {
    const messageId = toldOf(effect)?.messageId
    return {
      v: 1,
      id: effect.key,
      workspace: effect.workspace,
      ...(messageId === undefined ? {} : { messageId }),
      stage: 'effects',
      reason: 'given up by its queue after its last retry',
      attempts: message.attempts,
      at: effect.kind === 'event' || effect.kind === 'segment' ? effect.event.receivedAt : effect.at,
      body: JSON.stringify({ effect }),
    }
  })
}

const Kept = z.object({ effect: Effect })

/** Answers the ids of letters that hold no effect of this workspace. @throws when the queue refuses */
export async function sendLetters(
  env: Env,
  workspace: string,
  letters: readonly DeadLetterRow[],
): Promise<ReadonlySet<string>> {
  const left = new Set<string>()
  const effects: Effect[] = []
  for (const { id, body } of letters) {
    const kept = Kept.safeParse(jsonOf(body))
    if (kept.success && kept.data.effect.workspace === workspace) effects.push(kept.data.effect)
    else left.add(id)
  }
  if (effects.length > 0) await sendEffects(env, effects)
  return left
}
