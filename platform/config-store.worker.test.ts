import { describe, expect, test, vi } from 'vitest'
import { aSourceRow, FakeDatabase } from '../test/support/fake-env.ts'
import { ConfigStore } from './config-store.ts'

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
const error = vi.spyOn(console, 'error').mockImplementation(() => {})

const source = aSourceRow({ id: 'src_a' })
const workspace = (version: number) => [{ config_version: version, settings: '{"windowMs":0}' }]
const segment = (key: string, condition: string) => ({ key, name: key, version: 1, condition })

function aStore() {
  const database = new FakeDatabase()
  const clock = { at: 1_000_000 }
  const deferred: Promise<unknown>[] = []
  const options = { now: () => clock.at, defer: (work: Promise<unknown>) => void deferred.push(work) }
  const store = new ConfigStore(database as unknown as D1Database, options)
  return { store, database, clock, settled: () => Promise.all(deferred) }
}

describe('the configuration store', () => {
  test('under steady traffic no request waits for D1 and few reach it', async () => {
    const { store, database, clock, settled } = aStore()
    database.rows['sources'] = [source]
    expect(await store.source('src_a')).toMatchObject({ id: 'src_a', workspace: 'acme', enabled: true, settings: {} })
    for (let i = 0; i < 60; i++) {
      clock.at += 100
      await store.source('src_a')
      await settled()
    }
    expect(database.reads).toBe(1 + 3) // six seconds of traffic: read again behind the answer every two
  })

  test('a disabled source is seen after five seconds at the latest, without traffic in between too', async () => {
    const { store, database, clock } = aStore()
    database.rows['sources'] = [source]
    await store.source('src_a')
    database.rows['sources'] = [{ ...source, enabled: 0 }]
    clock.at += 5_000
    expect(await store.source('src_a')).toMatchObject({ enabled: false })
  })

  test('while D1 fails or hangs the last good configuration goes on serving', async () => {
    const { store, database, clock } = aStore()
    database.rows['sources'] = [source]
    await store.source('src_a')
    database.fault = new Error('D1 is down')
    clock.at += 3_600_000
    expect(await store.source('src_a')).toMatchObject({ id: 'src_a' })
    database.fault = 'hang'
    expect(await store.source('src_a')).toMatchObject({ id: 'src_a' })
    expect(warn).toHaveBeenCalled()
  })

  test('a failure to read is never mistaken for absence, and after a hang nobody waits for the next one', async () => {
    const { store, database } = aStore()
    database.fault = new Error('D1 is down')
    expect(await store.source('src_a')).toBe('unreadable')
    expect(await store.token('hash')).toBe('unreadable')
    expect(await store.workspace('acme')).toBe('unreadable')
    database.fault = 'hang'
    expect(await store.source('src_a')).toBe('unreadable')
    const reads = database.reads
    expect(await store.source('src_b')).toBe('unreadable')
    expect(database.reads).toBe(reads)
  })

  test('absence is remembered for five seconds', async () => {
    const { store, database, clock, settled } = aStore()
    expect(await store.token('hash')).toBe('unknown')
    expect(await store.token('hash')).toBe('unknown')
    expect(database.reads).toBe(1)
    database.rows['tokens'] = [
      { id: 'tok_1', workspace: 'acme', scopes: '["profiles:read"]', role: null, expiresAt: null },
    ]
    clock.at += 5_000
    expect(await store.token('hash')).toMatchObject({
      workspace: 'acme',
      grant: { scopes: ['profiles:read'], masked: false },
    })
    await settled()
  })

  test('a caller who knows of a newer version gets it, however fresh the cached one is', async () => {
    const { store, database } = aStore()
    database.rows['workspaces'] = workspace(1)
    expect(await store.workspace('acme')).toMatchObject({ version: 1, settings: { windowMs: 0, graceMs: 120_000 } })
    database.rows['workspaces'] = workspace(2)
    expect(await store.workspace('acme', 1)).toMatchObject({ version: 1 })
    expect(await store.workspace('acme', 2)).toMatchObject({ version: 2 })
  })

  test('a segment that no longer parses is left out and reported; the others stay', async () => {
    const { store, database } = aStore()
    database.rows['workspaces'] = workspace(1)
    database.rows['segments'] = [
      segment('good', '{"type":"everyone"}'),
      segment('unknown_type', '{"type":"astrology"}'),
      segment('not_json', '{'),
    ]
    const config = await store.workspace('acme')
    expect(config).toMatchObject({ segments: [{ key: 'good', condition: { type: 'everyone' } }] })
    expect(error).toHaveBeenCalledTimes(2)
  })

  test('a computed trait that no longer parses is left out and reported; the others stay', async () => {
    const { store, database } = aStore()
    database.rows['workspaces'] = workspace(1)
    const trait = (key: string, aggregate: string) => ({ key, name: key, version: 1, aggregate })
    database.rows['computed_traits'] = [
      trait('orders', '{"fn":"count","event":"Order Completed"}'),
      trait('median', '{"fn":"median","event":"x"}'),
    ]
    expect(await store.workspace('acme')).toMatchObject({ computedTraits: [{ key: 'orders', version: 1 }] })
    expect(error).toHaveBeenCalledTimes(1)
  })
})
