import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { furnish, openEngine, text } from '../scripts/lake/engine.ts'
import { fileCache } from '../scripts/lake/file-cache.ts'
import { withLake } from '../scripts/lake/open-lake.ts'
import { lakeTables } from '../scripts/lake/tables.ts'
import { startLocalServer } from '../test/support/local-server.ts'
import { type Benchmark, compared, type Figure, median } from './figures.ts'
import { compactionRates } from './lake/compaction.ts'
import { cpu, type MadeLake, makeLake } from './lake/made-lake.ts'
import { nameFigures } from './lake/many-names.ts'
import { syncFigures } from './lake-sync.ts'

const EVENTS = Number(process.env['LAKE_EVENTS'] ?? 1_000_000)
/** A bench of a million reads its baseline for minutes: two rounds of it, in turns with ours. */
const ROUNDS = EVENTS > 300_000 ? 2 : 3
/** Compacted in a real runtime, half of it each way. */
const COMPACTED = Math.min(EVENTS, 300_000)

/** A name of its own for every event: what does not bear that shows here. */
const NAMES = Number(process.env['LAKE_NAMES'] ?? 0)

/** What people ask of events, over a table or view `events` with name, timestamp and canonical_id. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'count of distinct people': 'SELECT count(DISTINCT canonical_id) FROM events',
  'funnel of three steps': `WITH viewed AS (
      SELECT canonical_id, min(timestamp) AS at FROM events WHERE name = 'Product Viewed' GROUP BY 1),
    added AS (SELECT v.canonical_id, min(e.timestamp) AS at FROM viewed v JOIN events e
      ON e.canonical_id = v.canonical_id AND e.name = 'Product Added' AND e.timestamp BETWEEN v.at AND v.at + INTERVAL 7 DAY
      GROUP BY 1),
    ordered AS (SELECT a.canonical_id FROM added a JOIN events e
      ON e.canonical_id = a.canonical_id AND e.name = 'Order Completed' AND e.timestamp BETWEEN a.at AND a.at + INTERVAL 7 DAY
      GROUP BY 1)
    SELECT (SELECT count(*) FROM viewed), (SELECT count(*) FROM added), (SELECT count(*) FROM ordered)`,
  'retention by week': `WITH first AS (
      SELECT canonical_id, date_trunc('week', min(timestamp)) AS cohort FROM events GROUP BY 1)
    SELECT cohort, date_diff('week', cohort, date_trunc('week', timestamp)) AS week, count(DISTINCT canonical_id) AS people
    FROM events JOIN first USING (canonical_id) GROUP BY ALL ORDER BY ALL`,
}

/** The same columns out of bronze as it lies there, without a lake. */
const BARE = (bronze: string) => `SELECT item.body.event AS name, make_timestamptz(timestamp * 1000) AS timestamp,
  canonicalId AS canonical_id, item.body.messageId AS message_id, item.body.properties AS properties
  FROM read_json(${text(bronze)}, format = 'newline_delimited', columns = {canonicalId: 'VARCHAR', timestamp: 'BIGINT',
    item: 'STRUCT(body STRUCT(event VARCHAR, "messageId" VARCHAR, properties JSON))'})`

/** Bytes, CPU and rows per second of the layers, and questions to the views beside the same over bare NDJSON. */
export const lakeBenchmark: Benchmark = {
  name: 'lake',
  about: `${EVENTS.toLocaleString('en')} events of 720 hours; medians of ${ROUNDS} rounds; --events N changes how many, LAKE_NAMES=N adds a lake of so many event names, LAKE_LAG=0 leaves out the lag, LAKE_SYNC=0 the warehouses`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
    const connection = await openEngine()
    try {
      const lake = await makeLake(folder, EVENTS)
      return compared([
        ...layerFigures(lake),
        ...(await compactionFigures(connection, lake, folder)),
        ...(await questionFigures(lake, folder)),
        ...(await compactionRates(COMPACTED)),
        ...(NAMES > 0 ? await nameFigures(NAMES) : []),
        ...(process.env['LAKE_LAG'] === '0' ? [] : await lagFigures()),
        ...(process.env['LAKE_SYNC'] === '0' ? [] : await syncFigures()),
      ])
    } finally {
      connection.closeSync()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function layerFigures({ layers }: MadeLake): readonly Figure[] {
  return Object.entries(layers).flatMap(([layer, { bytes, cpuMs }]) => [
    ...(bytes > 0 ? [{ name: `${layer}: size`, unit: 'bytes/event', value: bytes / EVENTS }] : []),
    { name: `${layer}: CPU`, unit: 'µs/event', value: (cpuMs * 1_000) / EVENTS },
  ])
}

/** What the Worker's code makes of bronze, beside DuckDB writing Parquet of the same lines without looking at them. */
async function compactionFigures(
  connection: DuckDBConnection,
  { layers, bronze }: MadeLake,
  folder: string,
): Promise<readonly Figure[]> {
  const own = ['read and split', 'silver events', 'silver index'].reduce(
    (sum, layer) => sum + (layers[layer]?.cpuMs ?? 0),
    0,
  )
  const began = cpu()
  await connection.run(
    `COPY (${BARE(bronze)}) TO ${text(join(folder, 'bare.parquet'))} (FORMAT parquet, COMPRESSION snappy)`,
  )
  const bare = cpu() - began
  const name = 'DuckDB: five columns of NDJSON to Parquet'
  return [
    { name, unit: 'rows/s of CPU', value: (EVENTS * 1_000) / bare },
    {
      name: 'compaction: all columns and the index',
      unit: 'rows/s of CPU',
      value: (EVENTS * 1_000) / own,
      baseline: name,
    },
  ]
}

async function questionFigures(lake: MadeLake, folder: string): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  const [views, bare] = [await openEngine(), await openEngine()]
  const began = performance.now()
  await withLake(lake.source, { cacheOf: () => fileCache(join(folder, 'cache')) }, (open) =>
    furnish(views, lakeTables(open, join(folder, 'own')), 'events', { folder: join(folder, 'spill'), isUnsafe: false }),
  )
  figures.push({ name: 'making the views ready, files fetched', unit: 'ms', value: performance.now() - began })
  await bare.run(`CREATE VIEW events AS ${BARE(lake.bronze)}`)
  for (const [question, sql] of Object.entries(QUESTIONS)) {
    const times = { views: [] as number[], bare: [] as number[] }
    const answers = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      times.views.push(await took(async () => answers.add(await answerOf(views, sql))))
      times.bare.push(await took(async () => answers.add(await answerOf(bare, sql))))
    }
    if (answers.size !== 1) throw new Error(`${question}: the views answer differently from bronze`)
    const name = `${question}, over NDJSON`
    figures.push(
      { name, unit: 'ms', value: median(times.bare) },
      { name: question, unit: 'ms', value: median(times.views), baseline: name },
    )
  }
  views.closeSync()
  bare.closeSync()
  return figures
}

async function answerOf(connection: DuckDBConnection, sql: string): Promise<string> {
  return JSON.stringify((await connection.runAndReadAll(sql)).getRowsJson())
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const LAG_EVENTS = 500
const LONGEST_MS = 300_000

/** From the answer of a real server to rows of silver: compaction begins when something has waited for a minute. */
async function lagFigures(): Promise<readonly Figure[]> {
  const server = await startLocalServer()
  try {
    const batch = Array.from({ length: LAG_EVENTS }, (_, i) => ({
      type: 'track',
      event: 'Lag',
      userId: `u${i % 50}`,
      messageId: `lag-${i}`,
    }))
    const headers = { authorization: `Basic ${btoa(`${server.writeKey}:`)}`, 'content-type': 'application/json' }
    await fetch(`${server.url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ batch }) })
    const began = performance.now()
    let seen: number | undefined
    while (performance.now() - began < LONGEST_MS) {
      const answer = await fetch(`${server.url}/api/v1/lake`, {
        headers: { authorization: `Bearer ${server.apiToken}` },
      })
      const { tables, waiting } = (await answer.json()) as {
        tables: { layer: string; table: string; rows: number }[]
        waiting: { events: number }
      }
      const rows = tables.find(({ layer, table }) => layer === 'silver' && table === 'events')?.rows ?? 0
      if (seen === undefined && waiting.events + rows >= LAG_EVENTS) seen = performance.now() - began
      if (rows >= LAG_EVENTS)
        return [
          { name: 'accepted → seen by queries, in bronze', unit: 's', value: (seen ?? Number.NaN) / 1_000 },
          { name: 'accepted → in silver', unit: 's', value: (performance.now() - began) / 1_000 },
        ]
      await sleep(100)
    }
    throw new Error(`not in silver after ${LONGEST_MS / 1_000} s`)
  } finally {
    await server.stop()
  }
}
