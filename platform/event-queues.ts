import { hash53 } from '../shared/kernel/hash.ts'
import { log } from './log.ts'
import { patience } from './patience.ts'
import { sendGroups } from './queue-packing.ts'

/**
 * The queues of accepted events. A request goes to the shard of (source, first person), so that one person's events
 * meet in one consumer batch; when that shard refuses or hangs, to another one. What no shard took comes back to the
 * caller, who spills it (platform/spill.ts). A send that hung may still arrive: the same copies twice, which the
 * consumer knows by their copyIds.
 */
export interface EventQueue {
  /** As in wrangler.toml; also the name of its meter. */
  readonly name: string
  readonly queue: Queue
}

/** `EVENTS_0`, `EVENTS_1`, … as far as wrangler.toml binds them: an operator adds shards there and nowhere else. */
export function eventQueues(env: Env): readonly EventQueue[] {
  const bindings = env as unknown as Readonly<Record<string, Queue | undefined>>
  const queues: EventQueue[] = []
  for (let n = 0, queue = bindings['EVENTS_0']; queue; n += 1, queue = bindings[`EVENTS_${n}`])
    queues.push({ name: `tributary-events-${n}`, queue })
  return queues
}

/** `queue.send` can hang for a minute and then fail (workerd #6053); SDKs give a request up after ten seconds. */
const HANG_MS = 3_000
/** After a hang this isolate leaves the shard alone for so long: a second hang would cost the next request as much. */
const REST_MS = 10_000

/** When a queue that hung may be tried again, in epoch ms; per isolate. */
const restingUntil = new WeakMap<Queue, number>()

export interface EnqueueOptions {
  /** For the log. */
  readonly requestId?: string
  readonly hangMs?: number
  readonly now?: () => number
}

/**
 * Puts ingest messages (as JSON texts) on the EVENTS queues and answers with those that no queue took; an empty list
 * means that all are durable. Never rejects. `person` is the first item's id, or whatever spreads as well.
 */
export async function enqueueIngest(
  env: Env,
  texts: readonly string[],
  source: string,
  person: string,
  options: EnqueueOptions = {},
): Promise<readonly string[]> {
  const queues = eventQueues(env)
  const first = hash53(`${source}\u0000${person}`) % queues.length
  const order = queues.map((_, i) => (queues[(first + i) % queues.length] as EventQueue).queue)
  const only = texts.length === 1 ? [texts] : sendGroups(texts)
  const refused = await Promise.all(only.map(async (group) => ((await sentToOne(order, group, options)) ? [] : group)))
  return refused.flat()
}

async function sentToOne(order: readonly Queue[], group: readonly string[], options: EnqueueOptions): Promise<boolean> {
  const { requestId, hangMs = HANG_MS, now = Date.now } = options
  for (const queue of order) {
    if ((restingUntil.get(queue) ?? 0) > now()) continue
    const outcome = await patience(hangMs, send(queue, group))
    if (outcome.kind === 'done') return true
    if (outcome.kind === 'hung') restingUntil.set(queue, now() + REST_MS)
    const facts = outcome.kind === 'failed' ? { fault: outcome.fault } : { waitedMs: hangMs }
    log.warn(`queue: a send ${outcome.kind}`, { correlation_id: requestId, ...facts })
  }
  return false
}

async function send(queue: Queue, group: readonly string[]): Promise<void> {
  const [only] = group
  if (group.length === 1) await queue.send(only, { contentType: 'text' })
  else await queue.sendBatch(group.map((body) => ({ body, contentType: 'text' as const })))
}

/** The longest of them: how far a newcomer may have to wait. */
export async function longestBacklog(env: Env): Promise<number> {
  return Math.max(...[...(await eventBacklog(env)).values()].map(({ backlogCount }) => backlogCount))
}

/** All of them together. */
export async function waitingMessages(env: Env): Promise<number> {
  return [...(await eventBacklog(env)).values()].reduce((sum, { backlogCount }) => sum + backlogCount, 0)
}

/** Messages waiting in the EVENTS queues, by name; what is being worked on is among them. */
export async function eventBacklog(env: Env): Promise<ReadonlyMap<string, QueueMetrics>> {
  const queues = eventQueues(env)
  const metrics = await Promise.all(queues.map(({ queue }) => queue.metrics()))
  return new Map(queues.map(({ name }, i) => [name, metrics[i] as QueueMetrics]))
}
