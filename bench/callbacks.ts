import { createHmac } from 'node:crypto'
import { type Benchmark, compared, type Figure, percentile } from './figures.ts'
import { type LoadRequest, timesOf } from './http-load.ts'
import { aRequest } from './traffic.ts'
import { startBare, startWhole, type WholeServer } from './whole/servers.ts'

const ROUNDS = 5
const CALLS = 200
const AT_ONCE = 8
const SECRET = Buffer.from('a secret of 24 bytes or so').toString('base64')
/** DESIGN §12: delivery callbacks and tracking links, p99. */
const TARGET = { atMost: 200 }

let serial = 0

/** What strangers call: links in messages, and the webhooks of providers, beside a Worker that parses and enqueues. */
export const callbacksBenchmark: Benchmark = {
  name: 'callbacks',
  about: `${AT_ONCE} at once, ${ROUNDS} interleaved rounds of ${CALLS}; consumers run`,
  async run() {
    const servers = { bare: await startBare(), whole: await startWhole() }
    try {
      await servers.whole.clients.good(aRequest(1, { people: 1, type: 'identify' }))
      await servers.whole.applied(1)
      const [hook, open, click] = [
        await aHook(servers.whole),
        await aLink(servers.whole, 'open'),
        await aLink(servers.whole, 'click'),
      ]
      const calls: Readonly<Record<string, { readonly server: WholeServer; readonly make: () => LoadRequest }>> = {
        'bare, parse and enqueue': { server: servers.bare, make: () => aRequest(1, { people: 100 }) },
        'webhook of a provider': { server: servers.whole, make: () => hookCall(hook) },
        'tracking pixel': { server: servers.whole, make: () => ({ method: 'GET', path: open }) },
        'tracking link': { server: servers.whole, make: () => ({ method: 'GET', path: click }) },
      }
      const times = new Map<string, number[]>()
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [name, { server, make }] of Object.entries(calls)) {
          const took = await timesOf(server.clients, Array.from({ length: CALLS }, make), AT_ONCE)
          if (round > 0) times.set(name, [...(times.get(name) ?? []), ...took])
        }
      }
      return compared([...times].flatMap(([name, took]) => figuresOf(name, took)))
    } finally {
      await Promise.all([servers.bare.stop(), servers.whole.stop()])
    }
  },
}

function figuresOf(name: string, took: readonly number[]): readonly Figure[] {
  const isBare = name.startsWith('bare')
  return [50, 99].map((p) => ({
    name: `${name}, p${p}`,
    unit: 'ms',
    value: percentile(took, p),
    ...(isBare ? {} : { baseline: `bare, parse and enqueue, p${p}` }),
    ...(isBare || p === 50 ? {} : { target: TARGET }),
  }))
}

/** The path of a webhook source of a provider that signs as standardwebhooks.com says. */
async function aHook(server: WholeServer): Promise<string> {
  const settings = { secrets: [`whsec_${SECRET}`] }
  const body = JSON.stringify({ name: 'hook', kind: 'webhook', provider: 'standard-webhooks', settings })
  const { hookUrl } = JSON.parse(await server.api({ path: '/api/v1/sources', body })) as { hookUrl: string }
  return new URL(hookUrl).pathname
}

function hookCall(path: string): LoadRequest {
  serial += 1
  const data = { userId: `user-${serial % 100}`, email: `user-${serial % 100}@example.com`, total: 12.5 }
  const body = JSON.stringify({ type: 'order.paid', timestamp: new Date().toISOString(), data })
  const [id, at] = [`msg_${process.pid}_${serial}`, String(Math.floor(Date.now() / 1_000))]
  const signature = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(`${id}.${at}.${body}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` }
  return { path, headers: { ...headers, 'Content-Type': 'application/json' }, body }
}

async function aLink(server: WholeServer, kind: 'open' | 'click'): Promise<string> {
  const link = { kind, profile: 'user_id:user-0', channel: 'email', url: 'https://shop.example/sale' }
  const body = JSON.stringify(kind === 'click' ? link : { ...link, url: undefined })
  const { url } = JSON.parse(await server.api({ path: '/api/v1/links', body })) as { url: string }
  return new URL(url).pathname
}
