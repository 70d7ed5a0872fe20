import { type Benchmark, type Figure, median } from './figures.ts'
import { startWhole } from './whole/servers.ts'

const ROUNDS = 5

/** What the consumer does once per event, per profile or per batch, as calls of the local platform with nothing of ours in them. */
const WORKS = [
  { work: 'call', name: 'a call of an object', times: 2_000 },
  { work: 'write', name: 'a call of an object that writes one row of 1 KB', times: 1_000 },
  { work: 'send', name: 'a message of 1 KB through a queue', times: 1_000 },
  { work: 'put', name: 'an object of 10 KB into R2', times: 300 },
  { work: 'read', name: 'a row from D1', times: 500 },
] as const

export const platformBenchmark: Benchmark = {
  name: 'platform',
  about: `single calls of local workerd, 1,000 objects, median of ${ROUNDS} rounds: the floor under everything else`,
  async run() {
    const server = await startWhole()
    try {
      const costs = new Map<string, number[]>(WORKS.map(({ name }) => [name, []]))
      for (let round = 0; round <= ROUNDS; round++) {
        for (const { work, name, times } of WORKS) {
          const before = server.cpuMs()
          await server.clients.good({ method: 'GET', path: `/bench/platform?work=${work}&times=${times}` })
          // Queues deliver a moment later.
          if (work === 'send') await new Promise((resume) => setTimeout(resume, 1_500))
          if (round > 0) costs.get(name)?.push(((server.cpuMs() - before) * 1_000) / times)
        }
      }
      return [...costs].map(([name, values]): Figure => ({ name, unit: 'µs CPU', value: median(values) }))
    } finally {
      await server.stop()
    }
  },
}
