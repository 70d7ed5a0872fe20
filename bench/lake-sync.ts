import { HOUR } from '../shared/kernel/instant.ts'
import { NO_CLICKHOUSE, startClickHouse } from '../test/support/clickhouse-server.ts'
import { NO_POSTGRES, startPostgres } from '../test/support/postgres.ts'
import { anEvent, dayOf, SyncWorld, startStorage } from '../test/support/sync-world.ts'
import type { Figure } from './figures.ts'

const ROWS = Number(process.env['SYNC_ROWS'] ?? 100_000)
const PER_FILE = 10_000

/** Rows per second of syncs with real engines: reading Parquet, loading, and everything noted. What is not here is left out. */
export async function syncFigures(): Promise<readonly Figure[]> {
  const storage = await startStorage()
  const figures: Figure[] = []
  const measure = async (name: string, type: string, settings: Record<string, unknown>) => {
    const world = await SyncWorld.make(storage, type, settings, { tables: ['events'] })
    const from = dayOf('2026-11-20')
    for (let done = 0; done < ROWS; done += PER_FILE)
      await world.add(
        'events',
        Array.from({ length: PER_FILE }, (_, i) =>
          anEvent(done + i, `prf_${(done + i) % 5_000}`, from + Math.floor(done / PER_FILE) * HOUR),
        ),
      )
    const rate = async () => {
      const begun = performance.now()
      await world.run()
      return (performance.now() - begun) / 1_000
    }
    figures.push({ name: `sync: ${name}`, unit: 'rows/s', value: ROWS / (await rate()) })
    await world.tidy()
    figures.push({ name: `sync: ${name}, files merged`, unit: 'rows/s', value: ROWS / (await rate()) })
    figures.push({ name: `sync: ${name}, nothing new`, unit: 'ms', value: (await rate()) * 1_000 })
  }
  try {
    if (!NO_POSTGRES) {
      const { port, user, password, stop } = await startPostgres()
      const place = { host: '127.0.0.1', port, database: 'postgres', tls: 'off' }
      await measure('PostgreSQL', 'postgres', { ...place, user, password }).finally(stop)
    }
    if (!NO_CLICKHOUSE) {
      const { url, password, stop } = await startClickHouse()
      await measure('ClickHouse', 'clickhouse', { url, password }).finally(stop)
    }
    return figures
  } finally {
    await storage.stop()
  }
}
