import type { Effect } from '../shared/profile/effect.ts'
import { packed, sendAll } from './queue-packing.ts'

/** Sends effects to the EFFECTS queue, packed (shared/message/effect-message.ts). At least once: keys make repeats harmless. */
export async function sendEffects(env: Env, effects: readonly Effect[]): Promise<void> {
  const groups = packed(effects.map((effect) => JSON.stringify(effect)))
  await sendAll(
    env.EFFECTS,
    groups.map((group) => `{"v":1,"effects":[${group.join(',')}]}`),
  )
}
