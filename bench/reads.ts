import { type Benchmark, compared, type Figure, percentile } from './figures.ts'
import { keepSending, type LoadRequest, timesOf } from './http-load.ts'
import { aRequest } from './traffic.ts'
import { BEARER, startWhole } from './whole/servers.ts'

const PEOPLE = 1_000
const ROUNDS = 4
const READS = 60
const AT_ONCE = 4
const LOAD = { clients: 2, events: 10, pauseMs: 50 }

const get = (path: string): LoadRequest => ({ method: 'GET', path, headers: BEARER })
const someone = () => Math.floor(Math.random() * PEOPLE)

const READINGS = {
  'a call of an object that does nothing': () => get('/bench/null'),
  'profile by an identifier': () => get(`/api/v1/profiles/user_id:user-${someone()}`),
  'events of a profile': () => get(`/api/v1/profiles/user_id:user-${someone()}/events?limit=20`),
  'search by text': () => get(`/api/v1/profiles?q=user-${someone()}@example.com&limit=20`),
} as const
type Reading = keyof typeof READINGS

const BASE: Reading = 'a call of an object that does nothing'
/** By percentile, in milliseconds. */
const TARGETS: Partial<Record<Reading, Readonly<Record<number, number>>>> = {
  'profile by an identifier': { 95: 120, 99: 200 },
  'search by text': { 95: 200 },
}

/** Profiles read and searched over HTTP while events come in, beside an object that does nothing, asked the same way. */
export const readsBenchmark: Benchmark = {
  name: 'reads',
  about: `${PEOPLE} people, ${AT_ONCE} readers at once beside writers, ${ROUNDS} interleaved rounds of ${READS}`,
  async run() {
    const server = await startWhole()
    try {
      for (let made = 0; made < PEOPLE; made += 100) {
        const options = { people: PEOPLE, type: 'identify' } as const
        await timesOf(server.clients, [aRequest(100, options)], 1)
      }
      await server.applied(PEOPLE)
      const load = keepSending(
        server.clients,
        () => aRequest(LOAD.events, { people: PEOPLE }),
        LOAD.clients,
        LOAD.pauseMs,
      )
      const times = new Map<string, number[]>()
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [name, make] of Object.entries(READINGS)) {
          const took = await timesOf(server.clients, Array.from({ length: READS }, make), AT_ONCE)
          if (round > 0) times.set(name, [...(times.get(name) ?? []), ...took])
        }
      }
      await load.end()
      return compared([...times].flatMap(([name, took]) => figuresOf(name as Reading, took)))
    } finally {
      await server.stop()
    }
  },
}

function figuresOf(name: Reading, took: readonly number[]): readonly Figure[] {
  return [50, 95, 99].map((p) => {
    const atMost = TARGETS[name]?.[p]
    return {
      name: `${name}, p${p}`,
      unit: 'ms',
      value: percentile(took, p),
      ...(name === BASE ? {} : { baseline: `${BASE}, p${p}` }),
      ...(atMost === undefined ? {} : { target: { atMost } }),
    }
  })
}
