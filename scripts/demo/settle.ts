import { setTimeout as sleep } from 'node:timers/promises'
import { DemoError, readText, type Server } from './client.ts'
import { decided, difference, isSettled, parseReading, type Reading } from './metrics.ts'
import { startProgress } from './progress.ts'

/** Reads the counters. @throws DemoError when the server has none */
export async function readMetrics(server: Server): Promise<Reading> {
  const text = await readText(server, '/metrics')
  if (text === undefined) throw new DemoError(`${server.url}/metrics does not exist. Is this a Tributary?`)
  return parseReading(text)
}

const POLL_MS = 250
/** So long without one more decision is a standstill. Delayed retries of the consumer are shorter. */
const STANDSTILL_MS = 60_000

/**
 * Waits until every one of `sent` messages has an outcome and nothing is buffered; answers what became of them.
 * @throws DemoError naming how many are missing when nothing moves for a minute
 */
export async function untilSettled(server: Server, before: Reading, sent: number): Promise<Reading> {
  const progress = startProgress('processing', sent)
  let movedAt = Date.now()
  let most = -1
  for (;;) {
    const since = difference(await readMetrics(server), before)
    const done = decided(since)
    progress.update(Math.min(done, sent))
    if (isSettled(since, sent)) {
      progress.end()
      return since
    }
    if (done > most) [most, movedAt] = [done, Date.now()]
    if (Date.now() - movedAt > STANDSTILL_MS) {
      progress.end()
      throw new DemoError(
        `${sent - done} of ${sent} messages have no outcome, ${since.buffered} are buffered, and nothing has moved for ` +
          `${STANDSTILL_MS / 1_000} s. The server's own output should say why.`,
      )
    }
    await sleep(POLL_MS)
  }
}
