import { eventQueues } from '../../platform/event-queues.ts'
import { METERS, meterStub } from '../../platform/stubs.ts'
import { readMetrics } from '../../shared/contract/read-metrics.ts'
import { ok } from '../../shared/kernel/result.ts'
import { addReading, emptyReading } from '../../shared/pipeline/meter.ts'
import { serve } from '../http/serve.ts'
import { metricsOf, type QueueReading } from './metrics-of.ts'
import { prometheusText } from './prometheus.ts'

export const readMetricsRoute = serve(readMetrics, async (_, { env, workspace, now }) => {
  const [queues, readings] = await Promise.all([
    queueReadings(env),
    Promise.all(METERS.map((meter) => meterStub(env, workspace, meter).read())),
  ])
  const total = readings.reduce((sum, reading) => addReading(sum, reading), emptyReading())
  return ok(prometheusText(metricsOf(total, queues, now)))
})

async function queueReadings(env: Env): Promise<readonly QueueReading[]> {
  const queues = [
    ...eventQueues(env).map((queue) => ({ ...queue, holdsEvents: true })),
    { name: 'tributary-effects', queue: env.EFFECTS, holdsEvents: false },
    { name: 'tributary-dead-letters', queue: env.DEAD_LETTERS, holdsEvents: false },
  ]
  return Promise.all(
    queues.map(async ({ name, queue, holdsEvents }) => {
      const { backlogCount, oldestMessageTimestamp } = await queue.metrics()
      return { name, backlog: backlogCount, oldestAt: oldestMessageTimestamp?.getTime(), holdsEvents }
    }),
  )
}
