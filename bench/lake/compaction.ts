import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashToken } from '../../platform/hashing.ts'
import type { Server } from '../../scripts/cli/server.ts'
import { compactAll } from '../../scripts/lake/compact-all.ts'
import { openEngine } from '../../scripts/lake/engine.ts'
import { roundCalls } from '../../scripts/lake/round-calls.ts'
import { type Figure, median } from '../figures.ts'
import { type BenchServer, startBenchServer } from '../workerd.ts'
import { WORKSPACE } from './lines.ts'
import { cpu } from './made-lake.ts'

/** Bronze in a real workerd, compacted by the Worker's own rounds and by DuckDB outside, in turns. */
export interface CompactionServer {
  readonly bench: BenchServer
  readonly server: Server
}

const TOKEN = 'tk_bench-of-compaction-aaaaaaaa'

export async function startCompaction(): Promise<CompactionServer> {
  const bench = await startBenchServer('bench/lake/worker.ts', {})
  await bench.database
    .prepare(
      `INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, 'bench', ?, 'bench', '["*"]', 0)`,
    )
    .bind(hashToken(TOKEN), WORKSPACE)
    .run()
  return { bench, server: { url: bench.url.href.replace(/\/$/, ''), apiToken: TOKEN } }
}

const PAGE = 5_000

export async function fill({ bench }: CompactionServer, from: number, events: number, names: number): Promise<void> {
  for (let at = 0; at < events; at += PAGE)
    await asked(bench, `/bench/bronze?from=${from + at}&events=${Math.min(PAGE, events - at)}&names=${names}`)
}

export async function asked<T>(bench: BenchServer, path: string, body = ''): Promise<T> {
  const answer = await bench.fetch(path, body)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`)
  return JSON.parse(text) as T
}

export async function inWorker({ bench }: CompactionServer): Promise<void> {
  for (;;) if ((await asked<{ ends: string }>(bench, '/bench/compact')).ends === 'nothing') return
}

export async function byDuckDb({ server }: CompactionServer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
  const connection = await openEngine()
  try {
    await compactAll({
      calls: roundCalls(server, 'bench'),
      connection,
      folder,
      isStopped: () => false,
      pause: async () => {},
      onLines: () => {},
    })
  } finally {
    connection.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

const ROUNDS = 3

/** Medians of rounds that take turns. */
export async function compactionRates(events: number): Promise<readonly Figure[]> {
  const compaction = await startCompaction()
  const { bench } = compaction
  const each = Math.max(1_000, Math.floor(events / (2 * ROUNDS)))
  const ways = { 'in the Worker': inWorker, 'outside, DuckDB': byDuckDb }
  const found = Object.fromEntries(
    Object.keys(ways).map((way) => [way, { rates: [] as number[], worker: [] as number[], own: [] as number[] }]),
  )
  try {
    let serial = 0
    for (let round = 0; round < ROUNDS; round++) {
      for (const [way, compact] of Object.entries(ways)) {
        await fill(compaction, serial, each, 200)
        serial += each
        const [own, worker, began] = [cpu(), bench.cpuMs(), performance.now()]
        await compact(compaction)
        found[way]?.rates.push((each * 1_000) / (performance.now() - began))
        found[way]?.worker.push(((bench.cpuMs() - worker) * 1_000) / each)
        found[way]?.own.push(((cpu() - own) * 1_000) / each)
      }
    }
  } finally {
    await bench.stop()
  }
  return Object.entries(found).flatMap(([way, { rates, worker, own }]) => [
    { name: `compaction ${way}`, unit: 'rows/s', value: median(rates) },
    { name: `compaction ${way}: CPU of the Worker`, unit: 'µs/event', value: median(worker) },
    ...(way === 'in the Worker'
      ? []
      : [{ name: `compaction ${way}: CPU outside`, unit: 'µs/event', value: median(own) }]),
  ])
}
