import { type Benchmark, compared, median } from './figures.ts'
import { startRawServer } from './raw-workerd.ts'

const ROUNDS = 5
const BATCH = 100
const CALLS = 20

/** Resolving and merging in the real graph object, beside an object that only looks rows up, in one workerd. */
export const identityBenchmark: Benchmark = {
  name: 'identity',
  about: `messages of two identifiers, ${BATCH} per call, ${CALLS} calls a round, median of ${ROUNDS} interleaved rounds`,
  async run() {
    const server = await startRawServer('bench/identity/worker.ts', { NULLS: 'NullObject' })
    try {
      const round = async (work: string, from: number, calls = CALLS, batch = BATCH) => {
        const query = new URLSearchParams({ work, from: String(from), calls: String(calls), batch: String(batch) })
        const started = performance.now()
        const response = await server.fetch(`/?${query}`)
        if (!response.ok) throw new Error(`${work}: ${response.status} ${await response.text()}`)
        await response.text()
        return (calls * batch) / ((performance.now() - started) / 1_000)
      }
      const people = CALLS * BATCH
      await round('put', 0)
      const rates = { bare: [] as number[], known: [] as number[], fresh: [] as number[], bareWrites: [] as number[] }
      const merges = { real: [] as number[], bare: [] as number[] }
      await round('resolve', 0)
      for (let n = 1; n <= ROUNDS; n++) {
        rates.bare.push(await round('look up', 0))
        rates.known.push(await round('resolve', 0))
        rates.bareWrites.push(await round('put', n * people))
        rates.fresh.push(await round('resolve', n * people))
        merges.bare.push(await round('null profile', n * 1_000_000, 5, 20))
        merges.real.push(await round('merge', n * 1_000_000, 5, 20))
      }
      return compared([
        { name: 'bare lookups', unit: 'messages/s', value: median(rates.bare) },
        { name: 'resolve, everybody known', unit: 'messages/s', value: median(rates.known), baseline: 'bare lookups' },
        { name: 'bare writes', unit: 'messages/s', value: median(rates.bareWrites) },
        { name: 'resolve, everybody new', unit: 'messages/s', value: median(rates.fresh), baseline: 'bare writes' },
        { name: 'one write in a new object', unit: 'objects/s', value: median(merges.bare) },
        {
          name: 'decide and carry out a merge',
          unit: 'merges/s',
          value: median(merges.real),
          baseline: 'one write in a new object',
        },
      ])
    } finally {
      await server.stop()
    }
  },
}
