import { z } from 'zod'
import type { LaneItem } from '../durable-objects/lane-item.ts'
import { ConfigStore } from '../platform/config-store.ts'
import type { DeadLetterRow } from '../platform/dead-letter-rows.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { laneOf, laneStub } from '../platform/stubs.ts'
import { toldOf } from '../shared/destination/effect-delivery.ts'
import { jsonOf } from '../shared/kernel/json.ts'
import { Effect } from '../shared/profile/effect.ts'
import { itemOf, lineOf } from './deliver-effects.ts'

/** What a dead letter of stage `destination` holds (platform/destination-letter.ts). */
const Lost = z.object({ destination: z.string(), effect: Effect })

/**
 * Sends deliveries that were given up or refused to their destination once more, with the consent and the settings of
 * today, oldest first. Answers the ids of those that cannot be: not readable, or of a destination that is gone.
 *
 * @throws when a lane cannot be reached: the step is tried again
 */
export async function deliverLetters(
  env: Env,
  workspace: string,
  letters: readonly DeadLetterRow[],
): Promise<ReadonlySet<string>> {
  const left = new Set<string>()
  if (letters.length === 0) return left
  const destinations = await new ConfigStore(env.DB).destinations(workspace)
  if (destinations === 'unreadable') throw new Error(`the destinations of ${workspace} cannot be read`)
  const byLane = new Map<string, { readonly destination: string; readonly lane: number; readonly items: LaneItem[] }>()
  for (const { id, body } of letters) {
    const lost = Lost.safeParse(jsonOf(body))
    const told = lost.success ? toldOf(lost.data.effect) : undefined
    const known = lost.success && destinations.some((one) => one.id === lost.data.destination)
    if (!lost.success || !told || !known || lost.data.effect.workspace !== workspace) {
      left.add(id)
      continue
    }
    const { destination, effect } = lost.data
    const lane = laneOf(effect.profile)
    const name = `${destination}/${lane}`
    const group = byLane.get(name) ?? { destination, lane, items: [] }
    group.items.push(itemOf(effect, told.messageId))
    byLane.set(name, group)
  }
  for (const { destination, lane, items } of byLane.values()) {
    const outcomes = await laneStub(env, workspace, destination, lane).deliver(items, true)
    const lines = items.flatMap((item, i) => lineOf(destination, item, outcomes[i]))
    await recordDeliveries(env, workspace, lines)
  }
  return left
}
