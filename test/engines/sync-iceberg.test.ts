import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Crash, crashing } from '../support/sync-crashes.ts'
import { aMerge, anEvent, dayOf, type Storage, SyncWorld, startStorage } from '../support/sync-world.ts'
import { aProfile } from '../support/warehouse-suite.ts'

/** Pipelines: against a server in the shapes of its documentation. Never against the live service. */
let server: Server
let url: string
let storage: Storage
const trouble: number[] = []
const taken = new Map<string, Record<string, unknown>[]>()
const TOKEN = 'a-token'

describe('Iceberg through Pipelines', () => {
  beforeAll(async () => {
    storage = await startStorage()
    server = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const body = Buffer.concat(parts)
      const answer = (status: number, json: object) => response.writeHead(status).end(JSON.stringify(json))
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return answer(401, { success: false })
      const next = trouble.shift()
      if (next) return answer(next, { success: false })
      if (body.byteLength > 1_000_000) return answer(413, { success: false })
      const rows = JSON.parse(body.toString()) as Record<string, unknown>[]
      if (!Array.isArray(rows)) return answer(400, { success: false })
      const stream = String(request.url).slice(1)
      taken.set(stream, [...(taken.get(stream) ?? []), ...rows])
      return answer(200, { success: true, result: { committed: rows.length } })
    })
    await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }, 60_000)
  beforeEach(() => taken.clear())
  afterAll(async () => {
    server?.close()
    await storage?.stop()
  })

  const streams = () =>
    Object.fromEntries(['events', 'profiles', 'merges', 'erasures'].map((name) => [name, `${url}/${name}`]))

  /** As the view of docs/warehouse.md: one row per key. */
  const once = (stream: string) => [...new Map((taken.get(stream) ?? []).map((row) => [row['_dedup'], row])).values()]

  test('rows arrive with their keys, whole slices say so, and who is erased is told', async () => {
    const world = await SyncWorld.make(storage, 'iceberg', { streams: streams(), token: TOKEN })
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20')), anEvent(2, 'bob', dayOf('2026-11-21'))])
    await world.add('changes', [aMerge(1, 'ann', 'bob', dayOf('2026-11-21'))])
    await world.gold({ profiles: [aProfile('ann')] })
    expect(await world.run()).toMatchObject({ finished: true })
    expect(once('events')).toMatchObject([
      { message_id: 'm1', received_at: '2026-11-20T00:00:00.000Z', properties: expect.stringContaining('"n":1') },
      { message_id: 'm2' },
    ])
    expect(once('merges')).toMatchObject([{ leaf: 'bob', canonical_id: 'ann' }, { _slice_is_whole: true }])
    const profiles = once('profiles')
    expect(profiles).toMatchObject([{ canonical_id: 'ann' }, { _slice_is_whole: true }])
    expect(new Set(profiles.map((row) => row['_replacement'])).size).toBe(1)
    await world.erase('ann', ['ann', 'bob'])
    await world.run()
    expect(once('erasures').map((row) => row['canonical_id'])).toEqual(['ann', 'bob'])
    expect(await world.verify()).toMatchObject({ ok: true, tables: [{ unknown: true }, ...Array(7).fill({})] })
  })

  test('what is sent twice has the same key, whatever broke in between', async () => {
    const world = await SyncWorld.make(storage, 'iceberg', { streams: streams(), token: TOKEN })
    await world.add(
      'events',
      Array.from({ length: 2_500 }, (_, i) => anEvent(i, 'ann', dayOf('2026-11-20'))),
    )
    const crashes = crashing()
    const options = { open: crashes.open, env: crashes.env(world.env), stepMs: 0 }
    for (let tries = 0; tries < 500; tries++) {
      const step = await world.step(options).catch((fault: unknown) => {
        if (!(fault instanceof Crash)) throw fault
        return undefined
      })
      if (step?.finished) break
    }
    expect(taken.get('events')?.length).toBeGreaterThan(2_500)
    expect(
      once('events')
        .map((row) => row['message_id'])
        .sort(),
    ).toEqual(Array.from({ length: 2_500 }, (_, i) => `m${i}`).sort())
  })

  test('too many requests are waited out; a token that is wrong ends the run with the reason', async () => {
    const world = await SyncWorld.make(storage, 'iceberg', { streams: streams(), token: TOKEN })
    await world.add('events', [anEvent(1, 'ann', dayOf('2026-11-20'))])
    trouble.push(429)
    await expect(world.run()).rejects.toThrow('429')
    expect(await world.run()).toMatchObject({ finished: true })
    const wrong = await SyncWorld.make(storage, 'iceberg', { streams: streams(), token: 'wrong' })
    await wrong.add('events', [anEvent(1, 'ann', dayOf('2026-11-20'))])
    expect(await wrong.run()).toMatchObject({ failed: expect.stringContaining('401') })
  })
})
