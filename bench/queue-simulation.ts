import { seeded } from '../test/support/random.ts'

/**
 * One queue of production, as a seeded discrete-event simulation: what waits, how long, and how many consumers work, under
 * a burst and while consumers are out. Local queues are in memory and one batch at a time, so this cannot be measured here.
 *
 * What is Cloudflare's (November 2026): at most 5,000 messages a second into a queue, 25 GB of backlog, 250 consumers at
 * once, batches of 100, and consumers are added only when a batch has ended (queues / limits, consumer-concurrency).
 * What is assumed: batch times are log-normal, and at most one consumer is added a second (how fast is not published).
 */
export interface QueueScenario {
  readonly seed: number
  readonly seconds: number
  /** Messages a second into this queue, by the second. */
  readonly arrivals: (second: number) => number
  readonly messageBytes: number
  /** Median time of a batch of 100 messages, and the spread of its logarithm. */
  readonly batchMs: number
  readonly spread?: number
  /** Batches a second that what stands behind the queue takes (the identity graph); more at once take longer, all of them. */
  readonly batchesPerSecond?: number
  /** Consumers take nothing from this second to that one. */
  readonly outage?: { readonly from: number; readonly to: number }
}

export interface QueueMinute {
  readonly minute: number
  readonly waiting: number
  readonly oldestSeconds: number
  readonly consumers: number
}

export interface QueueReport {
  /** Messages that the queue did not take: they go to a neighbour, or to R2. */
  readonly refused: number
  readonly taken: number
  readonly done: number
  readonly peakWaiting: number
  readonly peakBytes: number
  readonly longestWaitSeconds: number
  readonly peakConsumers: number
  /** Second at which nothing older than 5 s waited any more, for good; undefined when that was not reached. */
  readonly caughtUpAt: number | undefined
  readonly minutes: readonly QueueMinute[]
}

const MOST_PER_SECOND = 5_000
const BACKLOG_BYTES = 25e9
const MOST_CONSUMERS = 250
const BATCH = 100
const LATE_SECONDS = 5

/**
 * Simulates a queue to the end of its seconds. Waiting messages are kept as runs of equal arrival second, so a backlog of
 * hours costs as many entries as seconds.
 *
 * @law what was taken is done or waits: nothing is lost, nothing is done twice
 */
export function simulateQueue(scenario: QueueScenario): QueueReport {
  const {
    seconds,
    arrivals,
    messageBytes,
    batchMs,
    spread = 0.35,
    batchesPerSecond = Number.POSITIVE_INFINITY,
    outage,
  } = scenario
  const random = seeded(scenario.seed)
  const most = Math.floor(BACKLOG_BYTES / messageBytes)
  const runs: { at: number; left: number }[] = []
  let [first, waiting, refused, taken, done] = [0, 0, 0, 0, 0]
  let [peakWaiting, longestWaitSeconds, peakConsumers] = [0, 0, 0]
  let [consumers, addedAt] = [1, -1]
  let caughtUpAt: number | undefined
  /** Ends of the batches that are under way, in milliseconds. */
  const ends: number[] = []
  const minutes: QueueMinute[] = []

  const isOut = (ms: number) => outage !== undefined && ms >= outage.from * 1_000 && ms < outage.to * 1_000
  const oldestAt = () => runs[first]?.at
  const takeBatch = (ms: number) => {
    let room = BATCH
    while (room > 0 && first < runs.length) {
      const run = runs[first] as { at: number; left: number }
      longestWaitSeconds = Math.max(longestWaitSeconds, ms / 1_000 - run.at)
      const some = Math.min(room, run.left)
      run.left -= some
      room -= some
      if (run.left === 0) first += 1
    }
    waiting -= BATCH - room
    done += BATCH - room
    const crowd = Math.max(1, ((ends.length + 1) * 1_000) / (batchesPerSecond * batchMs))
    ends.push(ms + batchMs * crowd * Math.exp(spread * normal(random)))
  }

  for (let second = 0; second < seconds; second++) {
    const come = Math.round(arrivals(second) * (0.95 + 0.1 * random()))
    const fit = Math.max(0, Math.min(come, MOST_PER_SECOND, most - waiting))
    refused += come - fit
    taken += fit
    if (fit > 0) runs.push({ at: second, left: fit })
    waiting += fit
    peakWaiting = Math.max(peakWaiting, waiting)
    // A second in twentieths: fine against batches of hundreds of milliseconds.
    for (let ms = second * 1_000; ms < (second + 1) * 1_000; ms += 50) {
      const ended = ends.filter((end) => end <= ms).length
      if (ended > 0) ends.splice(0, ends.length, ...ends.filter((end) => end > ms))
      if (isOut(ms)) continue
      const busy = ends.length === consumers
      if (
        waiting > 0 &&
        (ended > 0 || !busy) &&
        waiting > consumers * BATCH &&
        addedAt < second &&
        consumers < MOST_CONSUMERS
      ) {
        consumers += 1
        addedAt = second
      }
      while (ends.length < consumers && waiting > 0) takeBatch(ms)
    }
    peakConsumers = Math.max(peakConsumers, ends.length)
    if (waiting === 0 && consumers > 1) consumers -= 1
    const oldest = oldestAt()
    const oldestSeconds = oldest === undefined ? 0 : second - oldest
    if (oldestSeconds > LATE_SECONDS) caughtUpAt = undefined
    else caughtUpAt ??= second
    if (second % 60 === 0) minutes.push({ minute: second / 60, waiting, oldestSeconds, consumers: ends.length })
  }
  const peakBytes = peakWaiting * messageBytes
  return { refused, taken, done, peakWaiting, peakBytes, longestWaitSeconds, peakConsumers, caughtUpAt, minutes }
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
