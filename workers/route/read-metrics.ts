import { eventQueues } from '../../platform/event-queues.ts'
import { isOperators } from '../../platform/operators.ts'
import { qualityReading } from '../../platform/quality-reading.ts'
import { METERS, meterStub } from '../../platform/stubs.ts'
import { readMetrics } from '../../shared/contract/read-metrics.ts'
import { ulid } from '../../shared/kernel/id.ts'
import { DAY } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { addReading, emptyReading } from '../../shared/pipeline/meter.ts'
import { serve } from '../http/serve.ts'
import { lakeReading } from './lake-reading.ts'
import { type JobReading, metricsOf, type QueueReading } from './metrics-of.ts'
import { prometheusText } from './prometheus.ts'

export const readMetricsRoute = serve(readMetrics, async (_, { env, workspace, now }) => {
  const isTheirs = isOperators(env, workspace, now)
  const [queues, jobs, quality, lake, readings] = await Promise.all([
    isTheirs.then((are) => (are ? queueReadings(env) : undefined)),
    jobReadings(env, workspace, now),
    qualityReading(env, workspace, now),
    lakeReading(env, workspace, isTheirs, now),
    Promise.all(METERS.map((meter) => meterStub(env, workspace, meter).read())),
  ])
  const total = readings.reduce((sum, reading) => addReading(sum, reading), emptyReading())
  return ok(prometheusText(metricsOf(total, queues, now, jobs, lake, quality)))
})

/** Ids are ULIDs, so those of a time on are one range of the table's key. */
async function jobReadings(env: Env, workspace: string, now: number): Promise<readonly JobReading[]> {
  const { results } = await env.DB.prepare(
    'SELECT kind, state, COUNT(*) AS jobs FROM jobs WHERE workspace = ? AND id >= ? GROUP BY kind, state ORDER BY 1, 2',
  )
    .bind(workspace, `job_${ulid(now - 7 * DAY, new Uint8Array(10))}`)
    .all<JobReading>()
  return results
}

async function queueReadings(env: Env): Promise<readonly QueueReading[]> {
  const queues = [
    ...eventQueues(env).map((queue) => ({ ...queue, holdsEvents: true })),
    { name: 'tributary-effects', queue: env.EFFECTS, holdsEvents: false },
    { name: 'tributary-jobs', queue: env.JOBS, holdsEvents: false },
    { name: 'tributary-dead-letters', queue: env.DEAD_LETTERS, holdsEvents: false },
  ]
  return Promise.all(
    queues.map(async ({ name, queue, holdsEvents }) => {
      const { backlogCount, oldestMessageTimestamp } = await queue.metrics()
      return { name, backlog: backlogCount, oldestAt: oldestMessageTimestamp?.getTime(), holdsEvents }
    }),
  )
}
