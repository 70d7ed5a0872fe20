import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { furnish, openEngine } from '../../scripts/lake/engine.ts'
import { fileCache } from '../../scripts/lake/file-cache.ts'
import { lakeOf } from '../../scripts/lake/lake-source.ts'
import { withLake } from '../../scripts/lake/open-lake.ts'
import { lakeTables } from '../../scripts/lake/tables.ts'
import { verifyLake } from '../../scripts/lake/verify-lake.ts'
import type { Figure } from '../figures.ts'
import { peakOf } from '../workerd.ts'
import { asked, byDuckDb, fill, inWorker, startCompaction } from './compaction.ts'

/** A lake in which every event has a name of its own: through both ways of compaction, gold, SQL and verify. */
export async function nameFigures(events: number): Promise<readonly Figure[]> {
  const compaction = await startCompaction()
  const { bench, server } = compaction
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
  const figures: Figure[] = []
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    const value = await work()
    figures.push({
      name: `${events.toLocaleString('en')} event names: ${name}`,
      unit: 's',
      value: (performance.now() - began) / 1_000,
    })
    return value
  }
  const sized = (name: string, unit: string, value: number) =>
    figures.push({ name: `${events.toLocaleString('en')} event names: ${name}`, unit, value })
  try {
    const half = Math.floor(events / 2)
    await fill(compaction, 0, half, events)
    await timed('compaction of half in the Worker', () => inWorker(compaction))
    await fill(compaction, half, events - half, events)
    await timed('compaction of half outside', () => byDuckDb(compaction))
    await timed('gold', async () => {
      for (let cursor: unknown = ''; cursor !== null; )
        cursor = await asked(bench, '/bench/gold', cursor === '' ? '' : JSON.stringify(cursor))
    })
    const sizes = await asked<Record<string, number>>(bench, '/bench/manifests')
    sized('root and manifests of days', 'bytes', (sizes['root'] ?? 0) + (sizes['days'] ?? 0))
    sized('gold', 'bytes', sizes['goldBytes'] ?? 0)
    await timed('SQL: names, the most frequent ten, a day of everybody', async () => {
      const sql = [
        'SELECT count(DISTINCT name) AS n FROM events',
        'SELECT name, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10',
        'SELECT max(len(json_keys(by_name))) AS n FROM daily_activity',
      ]
      const connection = await openEngine()
      await withLake(lakeOf(server), { cacheOf: () => fileCache(join(folder, 'cache')) }, (open) =>
        furnish(connection, lakeTables(open, join(folder, 'own')), sql.join(';'), {
          folder: join(folder, 'spill'),
          isUnsafe: false,
        }),
      )
      const answers = []
      for (const one of sql) answers.push((await connection.runAndReadAll(one)).getRowObjectsJson())
      connection.closeSync()
      if (answers[0]?.[0]?.['n'] !== String(events)) throw new Error(`names: ${JSON.stringify(answers[0])}`)
    })
    await timed('lake verify', async () => {
      const verdict = await verifyLake(lakeOf(server), server, { people: 0, onFile: () => {} })
      // The ledger is of the consumers, and these lines came past them.
      const differences = verdict.differences.filter((one) => !one.startsWith('the ledger'))
      if (verdict.events !== events || differences.length > 0)
        throw new Error(`verified ${verdict.events}: ${differences.slice(0, 3).join('; ')}`)
    })
    sized('memory of the Worker at most', 'MB', bench.peakMemory() / 1e6)
    sized('memory of the command at most', 'MB', peakOf('self') / 1e6)
  } finally {
    await bench.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return figures
}
