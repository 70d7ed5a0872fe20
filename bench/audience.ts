import type { Condition } from '../shared/segment/condition.ts'
import { type Benchmark, compared, median } from './figures.ts'
import { startRawServer } from './raw-workerd.ts'

const PEOPLE = 100_000
const BATCH = 500
const ROUNDS = 9

const CONDITIONS: Readonly<Record<string, Condition>> = {
  'preview of one trait': { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
  'preview of a trait with a value of its own': { type: 'trait', path: 'ltv', op: 'gte', value: 50_000 },
  'preview of three traits': {
    type: 'and',
    conditions: [
      { type: 'trait', path: 'plan', op: 'in', value: ['pro', 'team'] },
      { type: 'trait', path: 'city', op: 'eq', value: 'Berlin' },
      { type: 'trait', path: 'logins', op: 'gte', value: 10 },
    ],
  },
  'preview by day counters': {
    type: 'event',
    name: 'Order Completed',
    count: { op: 'gte', value: 3 },
  } as Condition,
}

/** As a folded text would be asked for. */
const SEARCHES: readonly { readonly grams: string; readonly words?: string }[] = [
  { grams: '"muller"' },
  { grams: '"example.com"' },
  { grams: '"ada" AND "kowal"' },
  { grams: '"user-99999"' },
  { grams: '"4930105"' },
  { grams: '"nobody at all"' },
  { grams: '"hansen"', words: '"ma"*' },
]

/** One shard with everything in it, in one workerd, by calls of its own methods. */
export const audienceBenchmark: Benchmark = {
  name: 'audience',
  about: `one shard of ${PEOPLE} people, median of ${ROUNDS} rounds`,
  async run() {
    const server = await startRawServer('bench/audience/worker.ts', {})
    try {
      const timed = async (query: Record<string, string>) => {
        const started = performance.now()
        const response = await server.fetch(`/?${new URLSearchParams(query)}`)
        if (!response.ok) throw new Error(`${query['work']}: ${response.status} ${await response.text()}`)
        await response.text()
        return performance.now() - started
      }
      let filling = 0
      for (let from = 0; from < PEOPLE; from += BATCH)
        filling += await timed({ work: 'fill', from: String(from), count: String(BATCH) })
      const previews = []
      for (const [name, condition] of Object.entries(CONDITIONS)) {
        const times: number[] = []
        for (let round = 0; round < ROUNDS; round++)
          times.push(await timed({ work: 'preview', condition: JSON.stringify(condition) }))
        previews.push({ name, unit: 'documents/s', value: PEOPLE / (median(times) / 1_000) })
      }
      const times: number[] = []
      for (let round = 0; round < ROUNDS * 3; round++)
        for (const search of SEARCHES) times.push(await timed({ work: 'search', ...search }))
      times.sort((a, b) => a - b)
      return compared([
        { name: 'documents taken, everybody new', unit: 'documents/s', value: PEOPLE / (filling / 1_000) },
        ...previews,
        { name: 'search, p50', unit: 'ms', value: median(times) },
        { name: 'search, p95', unit: 'ms', value: times[Math.floor(times.length * 0.95)] as number },
      ])
    } finally {
      await server.stop()
    }
  },
}
