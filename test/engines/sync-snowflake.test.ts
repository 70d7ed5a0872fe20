import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Row } from '../../shared/lake/columns.ts'
import { type SnowflakeServer, startSnowflake } from '../support/snowflake-server.ts'
import { anEvent, dayOf, type Storage, SyncWorld, startStorage } from '../support/sync-world.ts'
import { warehouseSuite } from '../support/warehouse-suite.ts'

/** Snowflake: against a server in the shapes of its reference, with DuckDB behind it. Never against the live service. */
let server: SnowflakeServer
let storage: Storage
let serial = 0

describe('Snowflake', () => {
  beforeAll(async () => {
    ;[server, storage] = await Promise.all([startSnowflake(), startStorage()])
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
    await storage?.stop()
  })

  const settings = () => ({ ...server.settings, schema: `suite_${(serial += 1)}` })

  warehouseSuite({
    type: 'snowflake',
    storage: () => storage,
    settings,
    stories: 1,
    async read({ schema }, table, columns) {
      const said = columns.map((name) => (TIMES.includes(name) ? `epoch_ms(${name}) AS ${name}` : name))
      const rows = await server.query(`SELECT ${said.join(', ')} FROM CDP.${schema}.${table}`)
      return rows.map(
        (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])) as Row,
      )
    },
  })

  test('too many requests are waited out, and what the service forgot that it did is not done twice', async () => {
    const given = settings()
    const world = await SyncWorld.make(storage, 'snowflake', given)
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20'))])
    server.trouble.push(429)
    await expect(world.run()).rejects.toThrow('429')
    expect(await world.run()).toMatchObject({ finished: true })
    server.forget()
    await storage.env.DB.prepare('DELETE FROM sync_slices WHERE sync = ?').bind(world.id).run()
    expect(await world.run()).toMatchObject({ finished: true })
    expect(await server.query(`SELECT message_id FROM CDP.${given.schema}.events`)).toEqual([{ message_id: 'm1' }])
    expect(await server.query(`SELECT * FROM CDP.${given.schema}._tributary_stage`)).toEqual([])
  })

  test('a user who is another one ends the run with the reason, and another workspace’s schema is left alone', async () => {
    const given = settings()
    const lost = await SyncWorld.make(storage, 'snowflake', { ...given, user: 'somebody' })
    expect(await lost.run()).toMatchObject({ failed: expect.stringContaining('JWT token is invalid') })
    const [mine, other] = [
      await SyncWorld.make(storage, 'snowflake', given),
      await SyncWorld.make(storage, 'snowflake', given),
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
