import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { applyBenchmark } from './apply.ts'
import { audienceBenchmark } from './audience.ts'
import { callbacksBenchmark } from './callbacks.ts'
import { type Benchmark, type Figure, tableOf } from './figures.ts'
import { identityBenchmark } from './identity.ts'
import { ingestBenchmark } from './ingest.ts'
import { pageWith } from './page.ts'
import { platformBenchmark } from './platform.ts'
import { plotOf, type Results } from './plot.ts'
import { queuesBenchmark } from './queues.ts'
import { readableBenchmark } from './readable.ts'
import { readsBenchmark } from './reads.ts'
import { segmentsBenchmark } from './segments.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    plot: { type: 'string' },
    page: { type: 'string' },
    from: { type: 'string' },
    events: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.events !== undefined) process.env['LAKE_EVENTS'] = values.events
// It reads how many there are when it is loaded.
const { lakeBenchmark } = await import('./lake.ts')

const BENCHMARKS: readonly Benchmark[] = [
  applyBenchmark,
  audienceBenchmark,
  callbacksBenchmark,
  identityBenchmark,
  ingestBenchmark,
  lakeBenchmark,
  platformBenchmark,
  queuesBenchmark,
  readableBenchmark,
  readsBenchmark,
  segmentsBenchmark,
]

const names = BENCHMARKS.map(({ name }) => name)
const HELP = `npm run bench [${names.join('|')}...] [-- --json FILE] [--plot FILE] [--page FILE] [--from FILE]

Every benchmark, or those named: medians of interleaved rounds beside a baseline of the same run.

  --json FILE   the figures; those of benchmarks that did not run stay as the file has them
  --plot FILE   an SVG of all figures that have a target
  --page FILE   puts the table of figures into a page that has a place for it
  --from FILE   runs nothing: the figures of an earlier --json
  --events N    how many the lake has; by default a million`
const unknown = positionals.filter((name) => !names.includes(name))
if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark ${name}.`)
  console.log(HELP)
  process.exit(unknown.length > 0 ? 2 : 0)
}
// Whoever stops it wants its servers stopped, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const found = values.from === undefined ? await measured() : resultsIn(values.from)
if (values.json) writeFileSync(values.json, `${JSON.stringify(found, null, 2)}\n`)
if (values.plot) writeFileSync(values.plot, plotOf(found))
if (values.page) writeFileSync(values.page, pageWith(readFileSync(values.page, 'utf8'), found))

async function measured(): Promise<Results> {
  const results: Record<string, readonly Figure[]> = {}
  for (const { name, about, run } of BENCHMARKS) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    console.log(`${name}: ${about}`)
    const figures = await run()
    results[name] = figures
    console.log(`${tableOf(figures)}\n`)
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`
  const before = values.json && existsSync(values.json) ? resultsIn(values.json).results : {}
  const all = { ...before, ...results }
  const inOrder = names.flatMap((name) => (all[name] ? [[name, all[name]] as const] : []))
  return { at: new Date().toISOString(), machine, results: Object.fromEntries(inOrder) }
}

/** A file of ours. */
function resultsIn(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results
}
