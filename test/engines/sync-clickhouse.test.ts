import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Row } from '../../shared/lake/columns.ts'
import { type ClickHouseServer, NO_CLICKHOUSE, startClickHouse } from '../support/clickhouse-server.ts'
import { anEvent, dayOf, type Storage, SyncWorld, startStorage } from '../support/sync-world.ts'
import { warehouseSuite } from '../support/warehouse-suite.ts'

/** The warehouse of ClickHouse against the real engine. */
let server: ClickHouseServer
let storage: Storage
let serial = 0

describe.skipIf(NO_CLICKHOUSE)(`ClickHouse${NO_CLICKHOUSE ? `: ${NO_CLICKHOUSE}` : ''}`, () => {
  beforeAll(async () => {
    ;[server, storage] = await Promise.all([startClickHouse(), startStorage()])
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    await storage?.stop()
  })

  const settings = () => ({ url: server.url, password: server.password, database: `suite_${(serial += 1)}` })

  warehouseSuite({
    type: 'clickhouse',
    storage: () => storage,
    settings,
    async read({ database }, table, columns) {
      const from = table === 'events' ? 'events_now' : table
      const rows = await server.query(`SELECT ${columns.map(said).join(', ')} FROM ${database}.${from}`)
      return rows.map(
        (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])) as Row,
      )
    },
  })

  test('a batch that is sent twice is there once, also before parts are merged', async () => {
    const given = settings()
    const world = await SyncWorld.make(storage, 'clickhouse', given, { tables: ['events'] })
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20'))])
    await world.run()
    // As after a crash between the insert and its note.
    const batches = `${given.database}._tributary_batches`
    await server.query(`ALTER TABLE ${batches} DELETE WHERE tbl = 'events' SETTINGS mutations_sync = 1`)
    expect(await server.query(`SELECT batch FROM ${batches} WHERE tbl = 'events'`)).toEqual([])
    await storage.env.DB.prepare('DELETE FROM sync_slices WHERE sync = ?').bind(world.id).run()
    await world.run()
    expect(await server.query(`SELECT count() AS n FROM ${given.database}.events`)).toEqual([{ n: 1 }])
  })

  test('a wrong password ends the run with the reason, and another workspace’s database is left alone', async () => {
    const given = settings()
    const lost = await SyncWorld.make(storage, 'clickhouse', { ...given, password: 'wrong' })
    expect(await lost.run()).toMatchObject({ failed: expect.stringContaining('Authentication failed') })
    const [mine, other] = [
      await SyncWorld.make(storage, 'clickhouse', given),
      await SyncWorld.make(storage, 'clickhouse', given),
    ]
    await mine.run()
    expect(await other.run()).toMatchObject({ failed: expect.stringContaining('another workspace') })
  })
})

const TIMES = ['received_at', 'first_seen', 'started_at', 'entered_at', 'exited_at']

function said(column: string): string {
  return TIMES.includes(column) ? `toUnixTimestamp64Milli(${column}) AS ${column}` : column
}

function plain(name: string, value: unknown) {
  if (value === null || value === undefined) return null
  if (['properties', 'traits'].includes(name)) return JSON.parse(String(value))
  return [...TIMES, 'event_count', 'events'].includes(name) ? Number(value) : value
}
