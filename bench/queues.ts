import type { Benchmark, Figure } from './figures.ts'
import { type QueueScenario, simulateQueue } from './queue-simulation.ts'

/**
 * The pictures behind docs/scale.md: one queue shard of several, 100 messages in 400 ms, the graph taking 350 batches a
 * second of all shards together (measured: docs/scale.md).
 */
const SHARD = { seed: 20_261_121, seconds: 4 * 3_600, batchMs: 400 }
const OUTAGE = { from: 600, to: 2_400 }
const LONG_OUTAGE = { from: 600, to: 7_800 }

export const SCENARIOS: Readonly<Record<string, QueueScenario>> = {
  'a burst: 1,500 messages/s, 5,000 for five minutes': {
    ...SHARD,
    messageBytes: 1_200,
    batchesPerSecond: 90,
    arrivals: (second) => (second >= 600 && second < 900 ? 5_000 : 1_500),
  },
  'consumers out for 30 minutes at 1,500 single events/s': {
    ...SHARD,
    messageBytes: 1_200,
    batchesPerSecond: 90,
    arrivals: () => 1_500,
    outage: OUTAGE,
  },
  'out for 30 minutes at 250 messages/s of 10 events': {
    ...SHARD,
    messageBytes: 10_200,
    batchesPerSecond: 90,
    arrivals: () => 250,
    outage: OUTAGE,
  },
  'out for two hours at 250 messages/s of 10 events': {
    ...SHARD,
    messageBytes: 10_200,
    batchesPerSecond: 90,
    arrivals: () => 250,
    outage: LONG_OUTAGE,
  },
  'out for two hours at 500 messages/s of 10 events: too few shards': {
    ...SHARD,
    messageBytes: 10_200,
    batchesPerSecond: 90,
    arrivals: () => 500,
    outage: LONG_OUTAGE,
  },
}

export const queuesBenchmark: Benchmark = {
  name: 'queues',
  about: 'simulated, not measured: one queue shard under a burst and while consumers are out (docs/scale.md)',
  async run() {
    return Object.entries(SCENARIOS).flatMap(([name, scenario]) => figuresOf(name, scenario))
  },
}

function figuresOf(name: string, scenario: QueueScenario): readonly Figure[] {
  const report = simulateQueue(scenario)
  const back = scenario.outage ? (report.caughtUpAt ?? Number.NaN) - scenario.outage.to : 0
  return [
    { name: `${name}: most waiting`, unit: 'messages', value: report.peakWaiting },
    { name: `${name}: backlog`, unit: 'GB', value: report.peakBytes / 1e9 },
    { name: `${name}: longest wait`, unit: 's', value: report.longestWaitSeconds },
    { name: `${name}: consumers at once`, unit: '', value: report.peakConsumers },
    { name: `${name}: caught up after`, unit: 's', value: back },
    { name: `${name}: to a neighbour or R2`, unit: 'messages', value: report.refused },
  ]
}
