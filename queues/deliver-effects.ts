import type { LaneItem, LaneOutcome } from '../durable-objects/lane-item.ts'
import { ConfigStore } from '../platform/config-store.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { laneOf, laneStub } from '../platform/stubs.ts'
import { type DestinationConfig, unwanted } from '../shared/destination/destination-config.ts'
import { deliveryKey, toldOf } from '../shared/destination/effect-delivery.ts'
import { destinationType } from '../shared/destination/index.ts'
import type { DeliveryLine } from '../shared/pipeline/trace.ts'
import type { Effect } from '../shared/profile/effect.ts'

/**
 * Effects to destinations: what a filter can decide without the person is decided here, the rest goes to the lanes,
 * side by side, so that none waits for another. When this resolves, every effect is delivered, skipped, buried or stored.
 *
 * @throws when a lane or the configuration cannot be reached: the batch comes again, and keys make that harmless
 */
export async function deliverEffects(env: Env, effects: readonly Effect[]): Promise<void> {
  const byWorkspace = Map.groupBy(effects, ({ workspace }) => workspace)
  await settled([...byWorkspace].map(([workspace, mine]) => deliverIn(env, workspace, mine)))
}

async function deliverIn(env: Env, workspace: string, effects: readonly Effect[]): Promise<void> {
  const destinations = await new ConfigStore(env.DB).destinations(workspace)
  if (destinations === 'unreadable') throw new Error(`the destinations of ${workspace} cannot be read`)
  const enabled = destinations.filter(({ enabled }) => enabled)
  if (destinations.length > 0) await forgetErased(env, workspace, destinations, effects)
  const lines: DeliveryLine[] = []
  try {
    await settled(enabled.map((destination) => deliverTo(env, destination, effects, lines)))
  } finally {
    // Also when one lane failed: what the others did happened.
    await recordDeliveries(env, workspace, lines)
  }
}

/** To one destination; what became of it is added to `lines`. `again`: sent whatever became of it before. */
export async function deliverTo(
  env: Env,
  destination: DestinationConfig,
  effects: readonly Effect[],
  lines: DeliveryLine[],
  again = false,
): Promise<void> {
  const { id, workspace, rules } = destination
  const takes = destinationType(destination.type)?.takes ?? []
  const byLane = new Map<number, LaneItem[]>()
  const now = Date.now()
  for (const effect of effects) {
    const told = toldOf(effect)
    if (!told) continue
    const reason = unwanted(rules, takes, told)
    if (reason !== undefined) {
      const { messageId } = told
      lines.push({ messageId, destination: id, outcome: 'skipped', reason, attempts: 0, at: now })
      continue
    }
    const item = itemOf(effect, told.messageId)
    const lane = laneOf(effect.profile)
    const items = byLane.get(lane)
    if (items) items.push(item)
    else byLane.set(lane, [item])
  }
  await settled(
    [...byLane].map(async ([lane, items]) => {
      const outcomes = await laneStub(env, workspace, id, lane).deliver(items, again)
      lines.push(...items.flatMap((item, i) => lineOf(id, item, outcomes[i])))
    }),
  )
}

export function itemOf(effect: Effect, messageId: string): LaneItem {
  const at = effect.kind === 'event' || effect.kind === 'segment' ? effect.event.receivedAt : effect.at
  return { key: deliveryKey(effect), messageId, profile: effect.profile, at, text: JSON.stringify(effect) }
}

export function lineOf(
  destination: string,
  { messageId }: LaneItem,
  told: LaneOutcome | undefined,
): readonly DeliveryLine[] {
  if (!told || told.again) return []
  const { outcome, reason } = told
  const attempts = outcome === 'skipped' ? 0 : 1
  return [{ messageId, destination, outcome, attempts, at: Date.now(), ...(reason === undefined ? {} : { reason }) }]
}

/** What waits for an erased person is thrown away before anything else is sent. */
async function forgetErased(
  env: Env,
  workspace: string,
  destinations: readonly DestinationConfig[],
  effects: readonly Effect[],
): Promise<void> {
  const erased = effects.filter((effect) => effect.kind === 'profile' && effect.change === 'deleted')
  const byLane = Map.groupBy(erased, ({ profile }) => laneOf(profile))
  await settled(
    [...byLane].flatMap(([lane, those]) => {
      const people = those.map((effect) => ({ profile: effect.profile, key: deliveryKey(effect) }))
      return destinations.map(({ id }) => laneStub(env, workspace, id, lane).forget(people))
    }),
  )
}

/** All of them, whatever becomes of one. @throws the first failure, once all are settled */
async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
