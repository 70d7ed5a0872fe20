import { randomUUID } from 'node:crypto'
import { type Benchmark, compared, type Figure, percentile } from './figures.ts'
import { keepSending, type LoadRequest } from './http-load.ts'
import { aRequest } from './traffic.ts'
import { BEARER, startBare, startWhole, type WholeServer } from './whole/servers.ts'

const SAMPLES = 60
const ENTERS = 60
const PEOPLE = 500
/** As in the settings of the server. */
const WINDOW_MS = 2_000
/** Whoever waits longer waits for ever. */
const MOST_MS = 60_000
/** Two clients of one batch of ten every 50 ms: some 300 events a second beside what is measured. */
const LOAD = { clients: 2, events: 10, pauseMs: 50 }

/** How long after its acceptance an event is seen by somebody who asks, and a segment is entered; while others send. */
export const readableBenchmark: Benchmark = {
  name: 'readable',
  about: `from the answer of the edge to the profile, ${SAMPLES} events one by one, and ${ENTERS} people into a segment`,
  async run() {
    const servers = { bare: await startBare(), whole: await startWhole() }
    try {
      const waits = { bare: [] as number[], whole: [] as number[] }
      const loads = Object.values(servers).map(({ clients }) =>
        keepSending(clients, () => aRequest(LOAD.events, { people: PEOPLE }), LOAD.clients, LOAD.pauseMs),
      )
      for (let i = -10; i < SAMPLES; i++) {
        for (const who of ['bare', 'whole'] as const) {
          const wait = await readableAfter(servers[who], who)
          if (i >= 0) waits[who].push(wait) // The first ones warm up.
        }
      }
      const enters = await Promise.all(Array.from({ length: ENTERS }, (_, i) => enteredAfter(servers.whole, i)))
      await Promise.all(loads.map((load) => load.end()))
      const bare = 'bare, accepted to counted, p95'
      return compared([
        { name: 'bare, accepted to counted, p50', unit: 'ms', value: percentile(waits.bare, 50) },
        { name: bare, unit: 'ms', value: percentile(waits.bare, 95) },
        { name: 'accepted to readable, p50', unit: 'ms', value: percentile(waits.whole, 50) },
        {
          name: 'accepted to readable, p95',
          unit: 'ms',
          value: percentile(waits.whole, 95),
          baseline: bare,
          target: { atMost: 1_000 },
        },
        { name: 'ENTER after the event, window 2 s, p50', unit: 'ms', value: percentile(enters, 50) },
        {
          name: 'ENTER after the event, window 2 s, p95',
          unit: 'ms',
          value: percentile(enters, 95),
          target: { atMost: 3_000 },
        },
      ] satisfies Figure[])
    } finally {
      await Promise.all([servers.bare.stop(), servers.whole.stop()])
    }
  },
}

/** A stranger's first event, asked for until it is there. */
async function readableAfter({ clients }: WholeServer, who: 'bare' | 'whole'): Promise<number> {
  const userId = `reader-${randomUUID()}`
  await clients.good(orderOf(userId))
  const accepted = performance.now()
  const question: LoadRequest =
    who === 'bare'
      ? { method: 'GET', path: `/bench/count?person=${userId}` }
      : { method: 'GET', path: `/api/v1/profiles/user_id:${userId}`, headers: BEARER }
  for (;;) {
    const { status, text } = await clients.send(question)
    if (status === 200 && (who === 'bare' ? text === '1' : text.includes('"Order Completed":1')))
      return performance.now() - accepted
    if (status !== 200 && status !== 404) throw new Error(`${question.path} answered ${status}: ${text}`)
    if (performance.now() - accepted > MOST_MS) throw new Error(`${userId} cannot be read: ${text.slice(0, 500)}`)
    await new Promise((resume) => setTimeout(resume, 2))
  }
}

/** Not all in one moment. */
async function enteredAfter({ clients }: WholeServer, i: number): Promise<number> {
  await new Promise((resume) => setTimeout(resume, i * 100))
  const userId = `buyer-${randomUUID()}`
  await clients.good(orderOf(userId))
  const accepted = performance.now()
  // Before its window ends nobody enters, and asking would only be load.
  await new Promise((resume) => setTimeout(resume, WINDOW_MS - 100))
  for (;;) {
    await new Promise((resume) => setTimeout(resume, 25))
    const path = `/api/v1/profiles/user_id:${userId}`
    const { text } = await clients.send({ method: 'GET', path, headers: BEARER })
    const waited = performance.now() - accepted
    if (text.includes('"key":"buyers"')) return waited
    if (waited > MOST_MS) throw new Error(`${userId} never entered: ${text.slice(0, 500)}`)
  }
}

function orderOf(userId: string): LoadRequest {
  const event = { type: 'track', event: 'Order Completed', userId, messageId: randomUUID(), properties: { total: 20 } }
  return { ...aRequest(1, { people: 1 }), path: '/v1/track', body: JSON.stringify(event) }
}
