import { hashToken } from '../../platform/hashing.ts'
import { Clients, type LoadRequest } from '../http-load.ts'
import { PLAIN_SOURCE } from '../traffic.ts'
import { type BenchOptions, type BenchServer, startBenchServer } from '../workerd.ts'

/** The whole program in a server of its own, configured as a workspace in use is; and the bare shape in another. */
export interface WholeServer extends BenchServer {
  readonly clients: Clients
  /** A call of the API by somebody who may do everything; answers the text. */
  api(request: LoadRequest): Promise<string>
  /** Copies by outcome, as the meters have them. */
  outcomes(): Promise<Readonly<Record<string, number>>>
  /** Until so many copies were applied. @throws when one has another outcome, or nothing moves any more */
  applied(copies: number): Promise<void>
}

const TOKEN = 'tk_bench-0123456789abcdef0123456789'
export const BEARER = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }

/** With a window, an ENTER is seen no earlier than that: two seconds are the default. */
const SETTINGS = {
  profileRatePerMinute: 1_000_000,
  windowMs: 2_000,
  pipeline: { sources: { [PLAIN_SOURCE]: { stages: [] } } },
}

const SEGMENTS = {
  pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
  viewers: { type: 'event', name: 'Product Viewed', count: { op: 'gte', value: 3 }, window: { last: '7d' } },
  buyers: { type: 'event', name: 'Order Completed', count: { op: 'gte', value: 1 } },
}

/** Rewrites, so that every event is another one afterwards. */
const TRANSFORMATION = {
  name: 'names',
  events: ['Product*'],
  steps: [
    { op: 'rename', from: 'properties.title', to: 'properties.name' },
    { op: 'set', to: 'properties.channel', value: 'web' },
    { op: 'mask', path: 'context.ip', keep: 4 },
  ],
}

const PLAN = {
  name: 'shop',
  mode: 'enforce',
  events: [
    {
      name: 'Product Viewed',
      version: 1,
      onViolation: 'block',
      schema: {
        type: 'object',
        required: ['sku', 'price', 'currency'],
        properties: {
          sku: { type: 'string', pattern: '^S-[0-9]+$' },
          price: { type: 'number', minimum: 0 },
          currency: { type: 'string', minLength: 3, maxLength: 3 },
        },
      },
    },
  ],
}

/** Connections; a bench decides how many of them it uses. */
const MOST_AT_ONCE = 64
const STANDSTILL_MS = 60_000

export async function startWhole(options: BenchOptions = {}): Promise<WholeServer> {
  const bindings = { AUDIENCE_SHARDS: '4', OUTBOUND: 'local', ...options.bindings }
  const server = await startBenchServer('bench/whole/worker.ts', { NULLS: 'NullObject' }, { ...options, bindings })
  const whole = withClients(server)
  const { database } = server
  const segment = 'INSERT INTO segments (workspace, key, name, condition, created_at) VALUES (?, ?, ?, ?, 0)'
  await database.batch([
    database.prepare("UPDATE workspaces SET settings = ? WHERE id = 'bench'").bind(JSON.stringify(SETTINGS)),
    database
      .prepare("INSERT INTO sources (id, workspace, name, kind, created_at) VALUES (?, 'bench', 'plain', 'web', 0)")
      .bind(PLAIN_SOURCE),
    database
      .prepare('INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, 0)')
      .bind(hashToken(TOKEN), 'tok_bench', 'bench', 'bench', '["*"]'),
    ...Object.entries(SEGMENTS).map(([key, condition]) =>
      database.prepare(segment).bind('bench', key, key, JSON.stringify(condition)),
    ),
  ])
  await whole.api({ path: '/api/v1/transformations', body: JSON.stringify(TRANSFORMATION) })
  await whole.api({ path: '/api/v1/tracking-plans', body: JSON.stringify(PLAN) })
  return whole
}

export async function startBare(): Promise<WholeServer> {
  return withClients(await startBenchServer('bench/whole/bare-worker.ts', { COUNTERS: 'CounterObject' }))
}

function withClients(server: BenchServer): WholeServer {
  const clients = new Clients(server.url, MOST_AT_ONCE)
  const outcomes = async () => JSON.parse(await clients.good({ method: 'GET', path: '/bench/outcomes' }))
  return {
    ...server,
    clients,
    outcomes,
    api: (request) => clients.good({ ...request, headers: { ...BEARER, ...request.headers } }),
    async applied(copies) {
      let [most, movedAt] = [-1, Date.now()]
      for (;;) {
        const counts: Readonly<Record<string, number>> = await outcomes()
        const other = Object.keys(counts).find((name) => /^(duplicate|dropped|rejected|dead_letter)/.test(name))
        if (other) throw new Error(`not every event was applied: ${JSON.stringify(counts)}`)
        const done = counts['applied'] ?? 0
        if (done === copies) return
        if (done > copies) throw new Error(`${done} events were applied of ${copies} that were sent`)
        if (done > most) [most, movedAt] = [done, Date.now()]
        if (Date.now() - movedAt > STANDSTILL_MS) throw new Error(`${done} of ${copies} events were applied, no more`)
        await new Promise((resume) => setTimeout(resume, 50))
      }
    },
    async stop() {
      clients.stop()
      await server.stop()
    },
  }
}
