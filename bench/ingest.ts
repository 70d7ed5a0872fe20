import { Agent, request as httpRequest } from 'node:http'
import { mintWriteKey } from '../platform/hashing.ts'
import { type Benchmark, compared, type Figure, median } from './figures.ts'
import { type BenchServer, startBenchServer } from './workerd.ts'

const ROUNDS = 7
const SOURCE = 'src_bench0001'
const KEY = mintWriteKey('bench', SOURCE)
/** Requests under way at once: enough to keep the runtime at work, few enough that none waits long. */
const AT_ONCE = 8

const SHAPES = [
  { name: 'one event', path: '/v1/track', requests: 1_500, events: 1 },
  { name: 'a batch of 100', path: '/v1/batch', requests: 300, events: 100 },
] as const
type Shape = (typeof SHAPES)[number]

let serial = 0

/** About one kilobyte, as an SDK sends it. */
function event() {
  serial += 1
  return {
    type: 'track',
    event: 'Product Viewed',
    userId: `user-${serial % 500}`,
    anonymousId: `anon-${serial % 500}`,
    messageId: `bench-${serial}`,
    timestamp: new Date().toISOString(),
    properties: { sku: 'S-1', title: 'x'.repeat(500), price: 12.5, currency: 'EUR' },
    context: {
      page: { url: 'https://shop.example/products/1', path: '/products/1' },
      library: { name: 'bench', version: '1' },
    },
  }
}

function bodyOf({ events }: Shape): string {
  if (events === 1) return JSON.stringify(event())
  return JSON.stringify({ batch: Array.from({ length: events }, event), sentAt: new Date().toISOString() })
}

/**
 * The edge beside a Worker that only parses JSON and sends to the queue: CPU of the whole runtime per request, and how
 * long a client waits. Miniflare's port, its simulated queue and HTTP are in both.
 */
export const ingestBenchmark: Benchmark = {
  name: 'ingest',
  about: `events of 1 KB over HTTP, ${AT_ONCE} requests at once, median of ${ROUNDS} interleaved rounds`,
  async run() {
    const servers = {
      bare: await startBenchServer('bench/ingest/bare-worker.ts', {}, { consumers: false }),
      edge: await startBenchServer('bench/ingest/worker.ts', {}, { consumers: false }),
    }
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
        figures.push(
          { name: bare, unit: '\u00b5s CPU/request', value: median(cpu.bare) },
          { name: edge, unit: '\u00b5s CPU/request', value: median(cpu.edge), baseline: bare },
          { name: `${bare}, p95`, unit: 'ms', value: percentile(waits.bare, 95) },
          { name: `${edge}, p95`, unit: 'ms', value: percentile(waits.edge, 95), baseline: `${bare}, p95` },
        )
      }
      return compared(figures)
    } finally {
      await Promise.all([servers.bare.stop(), servers.edge.stop()])
    }
  },
}

async function roundOf(server: BenchServer, shape: Shape) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const bodies = Array.from({ length: shape.requests }, () => bodyOf(shape))
  const waits: number[] = []
  const before = server.cpuMs()
  const client = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const began = performance.now()
      const status = await post(server.url, shape.path, body, agent)
      if (status !== 200) throw new Error(`${shape.path} answered ${status}`)
      waits.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  const cpuUs = ((server.cpuMs() - before) * 1_000) / shape.requests
  agent.destroy()
  return { cpuUs, waits }
}

function post(url: URL, path: string, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    }
    const { hostname, port } = url
    const request = httpRequest({ hostname, port, path, method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject).end(body)
  })
}

function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((p * sorted.length) / 100) - 1)] ?? Number.NaN
}
