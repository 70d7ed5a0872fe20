import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readParquet } from '../../platform/lake-parquet.ts'
import type { Row } from '../../shared/lake/columns.ts'
import { MERGES, WANTED, type WantedTable } from '../../shared/warehouse/wanted-tables.ts'
import { S3_KEYS, type S3Server, startS3 } from '../support/s3-server.ts'
import { anEvent, dayOf, type Storage, SyncWorld, startStorage } from '../support/sync-world.ts'
import { warehouseSuite } from '../support/warehouse-suite.ts'

/** Files in a bucket: against a server that speaks S3 as its documentation says. Never against the live service. */
let server: S3Server
let storage: Storage
let serial = 0

describe('S3', () => {
  beforeAll(async () => {
    ;[server, storage] = await Promise.all([startS3('warehouse'), startStorage()])
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
    await storage?.stop()
  })

  const settings = () => ({ ...S3_KEYS, bucket: 'warehouse', endpoint: server.url, prefix: `cdp/${(serial += 1)}` })

  /** As whoever reads by the manifests: the files that they name, and no other is there. */
  async function rowsOf(prefix: unknown, table: WantedTable): Promise<Row[]> {
    const folder = `${prefix}/_tributary/manifest/${table.name}/`
    const named = [...server.objects]
      .filter(([key]) => key.startsWith(folder))
      .flatMap(([, text]) => JSON.parse(String(text)).files as { key: string; rows: number }[])
    const there = [...server.objects.keys()].filter((key) => key.startsWith(`${prefix}/${table.name}/`))
    expect(there.sort()).toEqual(named.map(({ key }) => key).sort())
    const rows: Row[] = []
    for (const { key, rows: count } of named) {
      const bytes = new Uint8Array(server.objects.get(key) ?? Buffer.alloc(0))
      const own = await readParquet({ schema: 1, columns: table.columns }, bytes.buffer)
      expect([key, own.length]).toEqual([key, count])
      rows.push(...own)
    }
    return rows
  }

  warehouseSuite({
    type: 's3',
    storage: () => storage,
    settings,
    async read({ prefix }, name, _columns) {
      const rows = await rowsOf(prefix, WANTED[name as keyof typeof WANTED])
      if (name !== 'events') return rows
      const owners = new Map((await rowsOf(prefix, MERGES)).map((row) => [row['leaf'], row['canonical_id']]))
      return rows.map((row) => ({ ...row, canonical_id: owners.get(row['leaf']) ?? row['leaf'] }))
    },
  })

  test('a day that the lake keeps no longer goes from the bucket too: nobody could take a person out of it', async () => {
    const given = settings()
    const world = await SyncWorld.make(storage, 's3', given)
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20')), anEvent(2, 'ann', dayOf('2026-11-21'))])
    await world.run()
    await world.forgetDay('2026-11-20')
    await world.run()
    const keys = [...server.objects.keys()].filter((key) => key.startsWith(given.prefix) && key.includes('2026-11-20'))
    expect(keys).toEqual([])
    expect(await rowsOf(given.prefix, WANTED.events)).toMatchObject([{ message_id: 'm2' }])
    expect(await world.run()).toMatchObject({ finished: true, result: { rows: 0 } })
  })

  test('a service that is busy is asked again, keys that are wrong end the run, another workspace’s folder is left alone', async () => {
    const given = settings()
    const world = await SyncWorld.make(storage, 's3', given)
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20'))])
    server.trouble.push({ status: 503, code: 'SlowDown' })
    await expect(world.step()).rejects.toThrow('SlowDown')
    expect(await world.run()).toMatchObject({ finished: true })
    const wrong = await SyncWorld.make(storage, 's3', { ...given, secretKey: 'wrong' })
    expect(await wrong.run()).toMatchObject({ failed: expect.stringContaining('SignatureDoesNotMatch') })
    const other = await SyncWorld.make(storage, 's3', given)
    expect(await other.run()).toMatchObject({ failed: expect.stringContaining('another workspace') })
    server.objects.delete([...server.objects.keys()].find((key) => key.startsWith(`${given.prefix}/events/`)) ?? '')
    expect(await world.verify()).toMatchObject({ ok: false })
  })
})
