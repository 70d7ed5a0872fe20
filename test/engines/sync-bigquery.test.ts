import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Row } from '../../shared/lake/columns.ts'
import { type BigQueryServer, startBigQuery } from '../support/bigquery-server.ts'
import { anEvent, dayOf, type Storage, SyncWorld, startStorage } from '../support/sync-world.ts'
import { warehouseSuite } from '../support/warehouse-suite.ts'

/** BigQuery: against a server in the shapes of its reference, with DuckDB behind it. Never against the live service. */
let server: BigQueryServer
let storage: Storage
let serial = 0

describe('BigQuery', () => {
  beforeAll(async () => {
    ;[server, storage] = await Promise.all([startBigQuery(), startStorage()])
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
    await storage?.stop()
  })

  const settings = () => ({ ...server.settings, dataset: `suite_${(serial += 1)}` })

  warehouseSuite({
    type: 'bigquery',
    storage: () => storage,
    settings,
    stories: 1,
    async read({ dataset }, table, columns) {
      const said = columns.map((name) => (TIMES.includes(name) ? `epoch_ms(${name}) AS ${name}` : name))
      const rows = await server.query(`SELECT ${said.join(', ')} FROM ${dataset}.${table}`)
      return rows.map(
        (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])) as Row,
      )
    },
  })

  test('too many requests are waited out, a job that failed is tried under the next name, and nothing comes twice', async () => {
    const given = settings()
    const world = await SyncWorld.make(storage, 'bigquery', given, { tables: ['events'] })
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20'))])
    server.trouble.push(429)
    await expect(world.run()).rejects.toThrow('429')
    server.trouble.push(503)
    await expect(world.run()).rejects.toThrow('503')
    await world.step()
    server.failing.push('the backend broke')
    await expect(world.run()).rejects.toThrow('the backend broke')
    expect(await world.run()).toMatchObject({ finished: true })
    expect(await server.query(`SELECT message_id FROM ${given.dataset}.events`)).toEqual([{ message_id: 'm1' }])
    // The tables beside are gone again.
    expect(
      await server.query(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${given.dataset}' AND starts_with(table_name, '_stage')`,
      ),
    ).toEqual([])
  })

  test('a key that was revoked ends the run with the reason, and another workspace’s dataset is left alone', async () => {
    const given = settings()
    const key = JSON.stringify({ ...JSON.parse(given.key), client_email: 'somebody@else' })
    const lost = await SyncWorld.make(storage, 'bigquery', { ...given, key })
    expect(await lost.run()).toMatchObject({ failed: expect.stringContaining('invalid_grant') })
    const [mine, other] = [
      await SyncWorld.make(storage, 'bigquery', given),
      await SyncWorld.make(storage, 'bigquery', given),
    ]
    await mine.run()
    expect(await other.run()).toMatchObject({ failed: expect.stringContaining('another workspace') })
  })
})

const TIMES = ['received_at', 'first_seen', 'started_at', 'entered_at', 'exited_at']

function plain(name: string, value: unknown) {
  if (value === null || value === undefined) return null
  if (['properties', 'traits'].includes(name)) return typeof value === 'string' ? JSON.parse(value) : value
  return [...TIMES, 'event_count', 'events'].includes(name) ? Number(value) : value
}
