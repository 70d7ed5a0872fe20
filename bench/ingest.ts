import { type Benchmark, compared, type Figure, median, percentile } from './figures.ts'
import { Clients, timesOf } from './http-load.ts'
import { aRequest, type EventOptions } from './traffic.ts'
import { type BenchServer, startBenchServer } from './workerd.ts'

const ROUNDS = 7
/** Requests under way at once: enough to keep the runtime at work, few enough that none waits long. */
const AT_ONCE = 8
/** DESIGN §12: CPU beside a Worker that only parses JSON and sends to the queue; and from the edge to durable. */
const CPU_TARGET = { atMost: 1.5, of: 'ratio' } as const
const WAIT_TARGET = { atMost: 100 }

interface Shape {
  readonly name: string
  readonly requests: number
  readonly events: number
  readonly type: Required<EventOptions>['type']
}

const SHAPES: readonly Shape[] = [
  { name: 'one event', requests: 1_500, events: 1, type: 'track' },
  { name: 'one identify', requests: 1_500, events: 1, type: 'identify' },
  { name: 'a batch of 100', requests: 300, events: 100, type: 'track' },
]

interface Sending extends BenchServer {
  readonly clients: Clients
}

/**
 * The edge beside a Worker that only parses JSON and sends to the queue: CPU of the whole runtime per request, and how
 * long a client waits. Miniflare's port, its simulated queue and HTTP are in both.
 */
export const ingestBenchmark: Benchmark = {
  name: 'ingest',
  about: `events of 1 KB over HTTP, ${AT_ONCE} requests at once, median of ${ROUNDS} interleaved rounds`,
  async run() {
    const servers = { bare: await aServer('bare-worker'), edge: await aServer('worker') }
    try {
      const figures: Figure[] = []
      for (const shape of SHAPES) {
        const cpu = { bare: [] as number[], edge: [] as number[] }
        const waits = { bare: [] as number[], edge: [] as number[] }
        for (let round = 0; round <= ROUNDS; round++) {
          for (const who of ['bare', 'edge'] as const) {
            const measured = await roundOf(servers[who], shape)
            if (round === 0) continue // The first round warms up.
            cpu[who].push(measured.cpuUs)
            waits[who].push(...measured.waits)
          }
        }
        const [bare, edge] = [`bare, ${shape.name}`, `edge, ${shape.name}`]
        const unit = 'µs CPU/request'
        figures.push(
          { name: bare, unit, value: median(cpu.bare) },
          { name: edge, unit, value: median(cpu.edge), baseline: bare, target: CPU_TARGET },
          { name: `${bare}, p95`, unit: 'ms', value: percentile(waits.bare, 95) },
          {
            name: `${edge}, p95`,
            unit: 'ms',
            value: percentile(waits.edge, 95),
            baseline: `${bare}, p95`,
            ...(shape.events === 1 ? { target: WAIT_TARGET } : {}),
          },
        )
      }
      return compared(figures)
    } finally {
      await Promise.all(
        Object.values(servers).map((server) => {
          server.clients.stop()
          return server.stop()
        }),
      )
    }
  },
}

async function aServer(entry: string): Promise<Sending> {
  const server = await startBenchServer(`bench/ingest/${entry}.ts`, {}, { consumers: false })
  return { ...server, clients: new Clients(server.url, AT_ONCE) }
}

async function roundOf(server: Sending, { requests, events, type }: Shape) {
  const made = Array.from({ length: requests }, () => aRequest(events, { people: 500, type }))
  const before = server.cpuMs()
  const waits = await timesOf(server.clients, made, AT_ONCE)
  return { cpuUs: ((server.cpuMs() - before) * 1_000) / requests, waits }
}
