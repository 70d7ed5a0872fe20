import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/kernel/instant.ts'
import type { Row } from '../../shared/lake/columns.ts'
import { NO_POSTGRES, type PostgresServer, startPostgres } from '../support/postgres.ts'
import { aMerge, anEvent, DAY, dayOf, type Storage, SyncWorld, startStorage } from '../support/sync-world.ts'
import { warehouseSuite } from '../support/warehouse-suite.ts'

/** The warehouse of PostgreSQL against the real one. */
let server: PostgresServer
let storage: Storage
let serial = 0
const DAY_1 = dayOf('2026-11-20')
const DAY_2 = dayOf('2026-11-21')

describe.skipIf(NO_POSTGRES)(`PostgreSQL${NO_POSTGRES ? `: ${NO_POSTGRES}` : ''}`, () => {
  beforeAll(async () => {
    ;[server, storage] = await Promise.all([startPostgres(), startStorage()])
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    await storage?.stop()
  })

  function settings(schema: string) {
    const { port, user, password } = server
    return { host: '127.0.0.1', port, database: 'postgres', user, password, schema, tls: 'off' }
  }

  async function aWorld(options: Parameters<typeof SyncWorld.make>[3] = {}) {
    serial += 1
    const schema = `tributary_${serial}`
    return { schema, world: await SyncWorld.make(storage, 'postgres', settings(schema), options) }
  }

  const profile = (id: string, traits = {}) => ({
    canonical_id: id,
    identifiers: { user_id: [id] },
    traits,
    computed_traits: {},
    first_seen: DAY_1,
    last_seen: DAY_2,
    event_count: 1,
    event_counts: {},
    version: 1,
  })

  warehouseSuite({
    type: 'postgres',
    storage: () => storage,
    stories: 5,
    settings: () => settings(`suite_${(serial += 1)}`),
    async read({ schema }, table, columns) {
      const rows = await server.query(`SELECT ${columns.join(', ')} FROM ${schema}.${table}`)
      return rows.map(
        (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)])) as Row,
      )
    },
  })

  test('types are those of PostgreSQL, what is tidied is not brought again, and a row that is missing is found', async () => {
    const { schema, world } = await aWorld()
    await world.add('events', [anEvent(1, 'ann', DAY_1), anEvent(2, 'bob', DAY_1 + HOUR), anEvent(3, 'ann', DAY_2)])
    await world.gold({
      profiles: [profile('ann', { plan: 'vip' }), profile('bob')],
      identifiers: [{ canonical_id: 'ann', type: 'user_id', value: 'ann', position: 0 }],
      sessions: [
        {
          canonical_id: 'ann',
          started_at: DAY_1,
          ended_at: DAY_1 + HOUR,
          events: 2,
          first_event: 'a',
          last_event: 'b',
          continued: false,
          [DAY]: DAY_1,
        },
      ],
    })
    expect(await world.run()).toMatchObject({ finished: true, result: { rows: 7, slicesLeft: 0 } })
    const events = await server.query(`SELECT * FROM ${schema}.events ORDER BY message_id`)
    expect(events).toMatchObject([
      { message_id: 'm1', received_at: new Date(DAY_1), properties: { n: 1, nested: { list: [1, null, true] } } },
      { message_id: 'm2', canonical_id: 'bob', late: false, traits: null },
      { message_id: 'm3' },
    ])
    expect(
      await server.query(`SELECT canonical_id, traits->>'plan' AS plan FROM ${schema}.profiles ORDER BY 1`),
    ).toEqual([
      { canonical_id: 'ann', plan: 'vip' },
      { canonical_id: 'bob', plan: null },
    ])
    expect(await server.query(`SELECT arrived_on, events FROM ${schema}.sessions`)).toEqual([
      { arrived_on: '2026-11-20', events: '2' },
    ])
    expect(await world.run()).toMatchObject({ finished: true, result: { rows: 0 } })
    await world.add('events', [anEvent(4, 'ann', DAY_2)])
    expect(await world.run()).toMatchObject({ result: { rows: 1 } })
    await world.tidy()
    expect(await world.run()).toMatchObject({ result: { rows: 0 } })
    expect(await world.verify()).toMatchObject({ ok: true })
    await server.query(`DELETE FROM ${schema}.events WHERE message_id = 'm3'`)
    const found = await world.verify()
    expect(found.ok).toBe(false)
    expect(found.tables[0].differs).toEqual([{ slice: '2026-11-21', lake: 2, warehouse: 1 }])
  })

  test('a server that loses its power in the middle of a batch has all of it or nothing, and the run goes on', async () => {
    const { schema, world } = await aWorld({ tables: ['events'] })
    const many = Array.from({ length: 20_000 }, (_, i) => anEvent(i, `p${i % 50}`, DAY_1 + (i % 4) * HOUR))
    await world.add('events', many)
    for (const waitMs of [150, 300, 600]) {
      const step = world.step().catch((fault: unknown) => fault)
      await new Promise((resume) => setTimeout(resume, waitMs))
      await server.crash()
      await step
    }
    expect(await world.run()).toMatchObject({ finished: true })
    const [row] = await server.query(
      `SELECT count(*)::int AS n, count(DISTINCT message_id)::int AS d FROM ${schema}.events`,
    )
    expect(row).toEqual({ n: 20_000, d: 20_000 })
  })

  test('a sync without events has no events, and merges do not stop it', async () => {
    const { schema, world } = await aWorld({ tables: ['profiles'] })
    await world.add('changes', [aMerge(1, 'ann', 'bob', DAY_1)])
    await world.gold({ profiles: [profile('ann')] })
    expect(await world.run()).toMatchObject({ finished: true, result: { rows: 1 } })
    const tables = await server.query('SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1', [schema])
    expect(tables.map((row) => row['tablename'])).toEqual(['_tributary_batches', '_tributary_stage', 'profiles'])
  })

  test('tables of an older version get the columns that are missing, and keep what is theirs', async () => {
    const { schema, world } = await aWorld({ tables: ['events'] })
    await world.add('events', [anEvent(1, 'ann', DAY_1)])
    await world.run()
    await server.query(`ALTER TABLE ${schema}.events DROP COLUMN consents, ADD COLUMN mine text DEFAULT 'mine'`)
    await world.add('events', [anEvent(2, 'ann', DAY_2, { consents: { ads: true } })])
    await world.run()
    expect(await server.query(`SELECT message_id, consents, mine FROM ${schema}.events ORDER BY 1`)).toEqual([
      { message_id: 'm1', consents: null, mine: 'mine' },
      { message_id: 'm2', consents: { ads: true }, mine: 'mine' },
    ])
  })

  test('a schema that is another workspace’s is left alone, and wrong credentials end the run with the reason', async () => {
    const { schema, world } = await aWorld()
    await world.add('events', [anEvent(1, 'ann', DAY_1)])
    await world.run()
    const other = await SyncWorld.make(storage, 'postgres', settings(schema))
    expect(await other.run()).toMatchObject({ failed: expect.stringContaining('belongs to another workspace') })
    const lost = await SyncWorld.make(storage, 'postgres', { ...settings(schema), database: 'nowhere' })
    expect(await lost.run()).toMatchObject({ failed: expect.stringContaining('nowhere') })
  })
})

/** As the lake has it: bigints come as texts, instants as dates. */
function plain(name: string, value: unknown) {
  if (value instanceof Date) return value.getTime()
  return ['event_count', 'events'].includes(name) ? Number(value) : value
}
