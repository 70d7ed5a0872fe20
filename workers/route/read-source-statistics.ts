import { METERS, meterStub } from '../../platform/stubs.ts'
import { readSourceStatistics } from '../../shared/contract/read-source-statistics.ts'
import { HOUR, toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { addHours, type HourCounts, NO_COUNTS, type SourceHours, sumOf } from '../../shared/pipeline/source-hours.ts'
import { serve } from '../http/serve.ts'
import { NO_SOURCE, sourceRow } from './source-row.ts'

export const readSourceStatisticsRoute = serve(readSourceStatistics, async ({ params, query }, call) => {
  const { env, workspace, now } = call
  const row = await sourceRow(call, params.sourceId)
  if (!row) return err(NO_SOURCE)
  const readings = await Promise.all(METERS.map((meter) => meterStub(env, workspace, meter).read()))
  const all: SourceHours = {}
  for (const { sources } of readings) if (sources?.[row.id]) addHours(all, { [row.id]: sources[row.id] ?? {} })
  const hours = Object.entries(all[row.id] ?? {}).map(([hour, counts]) => ({ at: Number(hour), counts }))
  const lastAt = hours.reduce((latest, { counts }) => Math.max(latest, counts.lastAt), 0)
  const from = now - (now % HOUR) - (query.hours - 1) * HOUR
  const shown = hours.filter(({ at }) => at >= from).sort((a, b) => a.at - b.at)
  return ok({
    sourceId: row.id,
    lastSeen: lastAt === 0 ? null : toIso(lastAt),
    ...withoutTime(shown.reduce((sum, { counts }) => sumOf(sum, counts), NO_COUNTS)),
    hours: shown.map(({ at, counts }) => ({ hour: toIso(at), ...withoutTime(counts) })),
  })
})

function withoutTime({ lastAt: _, ...counts }: HourCounts): Omit<HourCounts, 'lastAt'> {
  return counts
}
