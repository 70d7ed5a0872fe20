import { log } from '../platform/log.ts'
import type { DeliveryLaneStore } from './delivery-lane-store.ts'
import type { LaneItem } from './lane-item.ts'
import type { LaneMemory } from './lane-memory.ts'

/** Whole batches in R2, for a lane that is full: they keep their places, and come back in order when there is room. */
export interface SpillPlace {
  readonly env: Env
  readonly storage: DurableObjectStorage
  readonly store: DeliveryLaneStore
  readonly memory: LaneMemory
  /** `<workspace>/<destination>` */
  readonly folder: string
}

export async function spillItems(
  { env, store, memory, folder }: SpillPlace,
  items: readonly LaneItem[],
): Promise<void> {
  await memory.spilling(items.length, async (seq) => {
    const name = `lanes/${folder}/${crypto.randomUUID()}.json`
    await env.LAKE.put(name, JSON.stringify(items))
    store.putSpilled({ seq, name, items: items.length })
  })
}

/** Brings the oldest batch back. The object goes last: a crash before that leaves a file nobody names, and loses nothing. */
export async function unspillOldest({ env, storage, store, memory }: SpillPlace): Promise<void> {
  const [oldest] = store.spilled()
  if (!oldest || !memory.hasRoomAgain()) return
  const object = await env.LAKE.get(oldest.name)
  // Written by spillItems.
  const items = object ? (JSON.parse(await object.text()) as LaneItem[]) : []
  if (!object)
    log.error('delivery lane: spilled deliveries are gone', { object: oldest.name, deliveries: oldest.items })
  storage.transactionSync(() => {
    memory.takeBack(items, oldest.seq, Date.now())
    store.removeSpilled(oldest.seq)
  })
  await env.LAKE.delete(oldest.name)
}
