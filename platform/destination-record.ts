import { count, emptyReading } from '../shared/pipeline/meter.ts'
import type { DeliveryLine } from '../shared/pipeline/trace.ts'
import { withoutPeople } from './log.ts'
import { meterOf, meterStub, traceOf, traceStub } from './stubs.ts'

/**
 * What became of deliveries, into the trace and the meter of their workspace: a row of each per call. A peer's refusal may
 * repeat whom it was sent (`ann@example.com is not subscribed`), and whoever reads a trace may not read a person: the dead
 * letter keeps the words as they are.
 */
export async function recordDeliveries(env: Env, workspace: string, lines: readonly DeliveryLine[]): Promise<void> {
  if (lines.length === 0) return
  const now = Date.now()
  const name = crypto.randomUUID()
  const reading = emptyReading()
  for (const { destination, outcome } of lines) count(reading.counts, deliveryLabel(destination, outcome))
  await Promise.all([
    traceStub(env, workspace, traceOf(name)).recordDeliveries(now, lines.map(withoutPerson)),
    meterStub(env, workspace, meterOf(name)).record(now, [
      { message: `deliveries/${name}`, copies: lines.length, reading },
    ]),
  ])
}

function withoutPerson(line: DeliveryLine): DeliveryLine {
  return line.reason === undefined ? line : { ...line, reason: withoutPeople(line.reason) }
}

/** How the meter counts deliveries; read by /metrics and by the destination itself. */
export const DELIVERY_LABEL = 'delivery:'

export function deliveryLabel(destination: string, outcome: string): string {
  return `${DELIVERY_LABEL}${destination}:${outcome}`
}
