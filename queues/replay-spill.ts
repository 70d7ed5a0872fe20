import { enqueueIngest, longestBacklog } from '../platform/event-queues.ts'
import { log } from '../platform/log.ts'
import { SPILL_PREFIX } from '../platform/spill.ts'

/**
 * Brings spilled requests back to the EVENTS queues. An object is deleted only after its message is durable in a queue,
 * so dying anywhere repeats copies and loses none; copyIds make the repetition harmless. A run ends at its bounds, at
 * the first refusal, or when the backlog says that the consumers have enough: the next cron goes on.
 */
export interface ReplayOptions {
  /** Objects in one run; a Worker may make 10,000 calls, and an object takes little more than one. */
  readonly mostObjects?: number
  /** Time for one run; the cron comes every minute. */
  readonly mostMs?: number
  /** Messages in a queue above which nothing is added (the local broker dies at 10,000). */
  readonly mostBacklog?: number
  readonly now?: () => number
}

const PAGE = 50

/** Answers how many objects were replayed. */
export async function replaySpill(env: Env, options: ReplayOptions = {}): Promise<number> {
  const { mostObjects = 4_000, mostMs = 40_000, mostBacklog = 2_000, now = Date.now } = options
  const end = now() + mostMs
  let replayed = 0
  while (replayed < mostObjects && now() < end && (await longestBacklog(env)) < mostBacklog) {
    const limit = Math.min(PAGE, mostObjects - replayed)
    // What was replayed is deleted, so the first page is always what comes next.
    const { objects } = await env.LAKE.list({ prefix: SPILL_PREFIX, limit })
    if (objects.length === 0) break
    const keys = objects.map(({ key }) => key)
    if (!(await replayPage(env, keys))) break
    replayed += keys.length
  }
  if (replayed > 0) log.info('replay-spill: messages are back in the queues', { messages: replayed })
  return replayed
}

/** Whether the whole page is in the queues, and therefore gone from here. */
async function replayPage(env: Env, keys: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(keys.map(async (key) => (await env.LAKE.get(key))?.text()))
  // An object that is gone was replayed by a run that overlapped with this one.
  const present = texts.filter((text) => text !== undefined)
  // Spread by the page's first object: whose events they are does not matter to a backlog.
  const refused = new Set(await enqueueIngest(env, present, 'spill', keys[0] as string))
  await env.LAKE.delete(keys.filter((_, i) => !refused.has(texts[i] as string)))
  return refused.size === 0
}
