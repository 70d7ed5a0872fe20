import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { applyBenchmark } from './apply.ts'
import { audienceBenchmark } from './audience.ts'
import { type Benchmark, type Figure, tableOf } from './figures.ts'
import { identityBenchmark } from './identity.ts'
import { ingestBenchmark } from './ingest.ts'
import { lakeBenchmark } from './lake.ts'
import { queuesBenchmark } from './queues.ts'
import { segmentsBenchmark } from './segments.ts'

/** `npm run bench [NAME...] [-- --json FILE]`: every benchmark, or those named. */
const BENCHMARKS: readonly Benchmark[] = [
  applyBenchmark,
  audienceBenchmark,
  identityBenchmark,
  ingestBenchmark,
  lakeBenchmark,
  queuesBenchmark,
  segmentsBenchmark,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})
const names = BENCHMARKS.map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark ${name}.`)
  console.log(`npm run bench [${names.join('|')}...] [-- --json FILE]`)
  process.exit(unknown.length > 0 ? 2 : 0)
}
const results: Record<string, readonly Figure[]> = {}
for (const { name, about, run } of BENCHMARKS.filter(
  (one) => positionals.length === 0 || positionals.includes(one.name),
)) {
  console.log(`${name}: ${about}`)
  const figures = await run()
  results[name] = figures
  console.log(`${tableOf(figures)}\n`)
}
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`)
