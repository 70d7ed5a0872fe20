import { type Benchmark, compared, type Figure, median } from './figures.ts'
import { timesOf } from './http-load.ts'
import { aRequest, PLAIN_SOURCE, SOURCE } from './traffic.ts'
import { startBare, startWhole, type WholeServer } from './whole/servers.ts'

const ROUNDS = 3
/** As many as fill the consumers' batches, as traffic does that anybody pays for: what a batch costs is shared by its events. */
const AT_ONCE = { single: 32, batch: 8 } as const
const PEOPLE = 1_000
/** CPU is counted in ticks of 10 ms: what costs little is done more often. */
const BARE_TIMES = 3
/** DESIGN §12: CPU per event, accepted to profile, all stages on, beside the bare shape. */
const TARGET = { atMost: 3, of: 'ratio' } as const

interface Shape {
  readonly name: string
  readonly requests: number
  readonly events: number
  readonly people: number
  readonly source: string
  readonly isTarget?: true
}

const SHAPES: readonly Shape[] = [
  { name: `one event, ${PEOPLE} people`, requests: 600, events: 1, people: PEOPLE, source: SOURCE, isTarget: true },
  {
    name: `a batch of 100, ${PEOPLE} people`,
    requests: 30,
    events: 100,
    people: PEOPLE,
    source: SOURCE,
    isTarget: true,
  },
  { name: 'a batch of 100, 10 people', requests: 30, events: 100, people: 10, source: SOURCE, isTarget: true },
  { name: 'a batch of 100, one person', requests: 30, events: 100, people: 1, source: SOURCE },
  { name: 'a batch of 100, 10 people, no stages', requests: 30, events: 100, people: 10, source: PLAIN_SOURCE },
]

/**
 * From the client to the profile: CPU of the whole runtime, edge, queue, consumer and objects, until the last event is
 * applied. Beside it the bare shape check → queue → dedup insert → counter upsert, on the same simulated queue.
 */
export const applyBenchmark: Benchmark = {
  name: 'apply',
  about: `events of 1 KB to the profile, stages on, median of ${ROUNDS} interleaved rounds`,
  async run() {
    const servers = { bare: await startBare(), whole: await startWhole() }
    const sent = { bare: 0, whole: 0 }
    try {
      const figures: Figure[] = []
      for (const shape of SHAPES) {
        const cpu = { bare: [] as number[], whole: [] as number[] }
        const rates: number[] = []
        for (let round = 0; round <= ROUNDS; round++) {
          for (const who of ['bare', 'whole'] as const) {
            const requests = shape.requests * (who === 'bare' ? BARE_TIMES : 1)
            sent[who] += requests * shape.events
            const measured = await roundOf(servers[who], { ...shape, requests }, sent[who])
            if (round === 0) continue // The first round makes the people.
            cpu[who].push(measured.cpuUs)
            if (who === 'whole') rates.push(measured.perSecond)
          }
        }
        const bare = `bare, ${shape.name}`
        figures.push(
          { name: bare, unit: 'µs CPU/event', value: median(cpu.bare) },
          {
            name: shape.name,
            unit: 'µs CPU/event',
            value: median(cpu.whole),
            baseline: bare,
            ...(shape.isTarget ? { target: TARGET } : {}),
          },
          { name: `${shape.name}, to the profile`, unit: 'events/s', value: median(rates) },
        )
      }
      return compared(figures)
    } finally {
      await Promise.all([servers.bare.stop(), servers.whole.stop()])
    }
  },
}

async function roundOf(server: WholeServer, { requests, events, people, source }: Shape, sent: number) {
  const bodies = Array.from({ length: requests }, () => aRequest(events, { people }, source))
  const [cpu, began] = [server.cpuMs(), performance.now()]
  await timesOf(server.clients, bodies, events === 1 ? AT_ONCE.single : AT_ONCE.batch)
  await server.applied(sent)
  const count = requests * events
  return {
    cpuUs: ((server.cpuMs() - cpu) * 1_000) / count,
    perSecond: count / ((performance.now() - began) / 1_000),
  }
}
