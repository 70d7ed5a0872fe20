import { log } from '../platform/log.ts'
import { meterOf, meterStub } from '../platform/stubs.ts'
import { count, emptyReading } from '../shared/pipeline/meter.ts'
import { type Unit, workspaceOf } from './copy.ts'

/** Counts copies whose message goes back to its queue, by what they wait for: a platform that has too much to do shows here first. */
export async function meterWaits(env: Env, units: readonly Unit[]): Promise<void> {
  const now = Date.now()
  const waiting = units.filter(({ copies }) => copies.some((copy) => copy.waiting))
  const byMeter = Map.groupBy(waiting, (unit) => `${workspaceOf(unit)}/${meterOf(unit.ingest.requestId)}`)
  try {
    await Promise.all(
      [...byMeter.values()].map((mine) => {
        const [first] = mine as [Unit]
        const stub = meterStub(env, workspaceOf(first), meterOf(first.ingest.requestId))
        return stub.record(now, mine.map(waitEntry))
      }),
    )
  } catch (fault) {
    // The messages go back all the same: what cannot be counted stands in the log.
    log.warn('meter-waits: what waits was not counted', { fault })
  }
}

/** Each attempt waits once, and counts once. */
function waitEntry({ message, copies }: Unit) {
  const reading = emptyReading()
  for (const { waiting } of copies) if (waiting) count(reading.counts, `waits:${waiting.for}`)
  return { message: `${copies[0]?.copyId ?? message.id}/${message.attempts}`, copies: 0, reading }
}
