import type { MeterEntry } from '../durable-objects/meter-object.ts'
import { meterOf, meterStub } from '../platform/stubs.ts'
import { count, countOutcome, emptyReading, observe } from '../shared/pipeline/meter.ts'
import { countsOfCalls } from '../shared/pipeline/plugin-calls.ts'
import { countAt } from '../shared/pipeline/source-hours.ts'
import { countNotes } from '../shared/pipeline/stage-counts.ts'
import { type Unit, workspaceOf } from './copy.ts'

/** Counts the outcomes of decided messages; a message that is delivered again is counted once (meter-object.ts). */
export async function meterCopies(env: Env, units: readonly Unit[]): Promise<void> {
  const now = Date.now()
  const byMeter = Map.groupBy(units, (unit) => `${workspaceOf(unit)}/${meterOf(unit.ingest.requestId)}`)
  await Promise.all(
    [...byMeter.values()].map((mine) => {
      const [first] = mine as [Unit]
      const stub = meterStub(env, workspaceOf(first), meterOf(first.ingest.requestId))
      return stub.record(
        now,
        mine.map((unit) => meterEntry(unit, now)),
      )
    }),
  )
}

function meterEntry(unit: Unit, now: number): MeterEntry {
  const reading = emptyReading()
  if (unit.plugins) {
    reading.plugins = unit.plugins
    for (const [label, calls] of Object.entries(countsOfCalls(unit.plugins))) count(reading.counts, label, calls)
  }
  const { receivedAt, origin } = unit.ingest
  // How long a file or a repair took says nothing of how fast events are.
  const isLive = origin === 'live'
  for (const { outcome, placed, notes } of unit.copies) {
    if (!outcome) continue
    countNotes(reading.counts, notes)
    if (outcome.kind === 'applied')
      for (const refusal of placed?.refused ?? []) count(reading.counts, `refused_link:${refusal}`)
    if (outcome.kind === 'applied' && placed?.grown) count(reading.counts, 'grown_profile')
    countOutcome(reading.counts, outcome)
    countAt((reading.sources ??= {}), unit.ingest.source, receivedAt, outcome)
    if (isLive && outcome.kind === 'applied') observe(reading.apply, Math.max(0, now - receivedAt))
  }
  if (isLive) observe(reading.ingest, Math.max(0, unit.message.timestamp.getTime() - receivedAt), unit.copies.length)
  return { message: unit.copies[0]?.copyId ?? unit.message.id, copies: unit.copies.length, reading }
}
