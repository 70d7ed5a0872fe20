import { describe, expect, test, vi } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { aSourceRow, fakeEnv, SECRET, SOURCE, WRITE_KEY } from '../../test/support/fake-env.ts'
import { sdkCall } from '../../test/support/sdk-call.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})
vi.spyOn(console, 'error').mockImplementation(() => {})

describe("Segment's settings", () => {
  test.each(['/v1/projects/K/settings', '/projects/K/settings', '/v1/projects/K/settings/'])(
    '%s keeps the events on our host',
    async (path) => {
      const { status, headers, json } = await sdkCall('GET', path.replace('K', WRITE_KEY))
      expect([status, headers.get('Content-Type')]).toEqual([200, 'application/json'])
      expect(json).toEqual({
        integrations: {
          'Segment.io': {
            apiKey: WRITE_KEY,
            apiHost: 't.example/v1',
            protocol: 'https',
            unbundledIntegrations: [],
            addBundledMetadata: true,
          },
        },
        plan: {},
        edgeFunction: {},
        middlewareSettings: {},
        enabledMiddleware: {},
        consentSettings: {},
        metrics: { sampleRate: 0 },
        legacyVideoPluginsEnabled: false,
        remotePlugins: [],
      })
    },
  )

  test('on plain http, with the port', async () => {
    const { json } = await sdkCall('GET', `http://127.0.0.1:8787/v1/projects/${WRITE_KEY}/settings`)
    expect(json.integrations['Segment.io']).toMatchObject({ apiHost: '127.0.0.1:8787/v1', protocol: 'http' })
    const tunnel = { headers: { 'X-Forwarded-Proto': 'https' } }
    const behind = await sdkCall('GET', `http://shop.tunnel.example/v1/projects/${WRITE_KEY}/settings`, tunnel)
    expect(behind.json.integrations['Segment.io']).toMatchObject({
      apiHost: 'shop.tunnel.example/v1',
      protocol: 'https',
    })
  })

  test.each([['made-up'], ['wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa'], ['%E0%A4%A']])(
    'an unknown key (%s) is 404 with a JSON error',
    async (key) => {
      const { status, json } = await sdkCall('GET', `/v1/projects/${key}/settings`)
      expect(status).toBe(404)
      expect(json).toMatchObject({ success: false, code: 'not_found', message: expect.any(String) })
    },
  )

  test('a revoked key and a disabled source are 404; while the configuration cannot be read the document is served', async () => {
    const path = `/v1/projects/${WRITE_KEY}/settings`
    for (const row of [aSourceRow({ enabled: 0 }), aSourceRow({ write_key_from: 2, write_key_now: 2 })]) {
      const fake = fakeEnv()
      fake.database.rows['sources'] = [row]
      expect((await sdkCall('GET', path, {}, fake)).status).toBe(404)
    }
    const unreadable = fakeEnv()
    unreadable.database.fault = new Error('D1 is down')
    expect((await sdkCall('GET', path, {}, unreadable)).status).toBe(200)
  })
})

describe("RudderStack's source config", () => {
  const basic = (key: string) => ({ headers: { Authorization: `Basic ${btoa(`${key}:`)}` } })

  test('with the key in the header or in the query, with and without a slash', async () => {
    for (const { path, init } of [
      { path: '/sourceConfig?p=android&v=1', init: basic(WRITE_KEY) },
      { path: `/sourceConfig/?p=npm&v=3.34.1&build=modern&writeKey=${WRITE_KEY}`, init: {} },
    ]) {
      const { status, json } = await sdkCall('GET', path, init)
      expect(status).toBe(200)
      expect(json.source).toMatchObject({
        id: SOURCE,
        name: 'web',
        writeKey: WRITE_KEY,
        enabled: true,
        workspaceId: 'acme',
        config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
        destinations: [],
        connections: [],
        updatedAt: expect.any(String),
      })
      expect(json.updatedAt).toEqual(expect.any(String))
      expect(json.source).not.toHaveProperty('dataplanes')
    }
  })

  test('a disabled source says so itself; an unknown key is 401; an unreadable configuration refuses nobody', async () => {
    const disabled = fakeEnv()
    disabled.database.rows['sources'] = [aSourceRow({ enabled: 0 })]
    expect((await sdkCall('GET', '/sourceConfig', basic(WRITE_KEY), disabled)).json.source.enabled).toBe(false)
    const unknown = await sdkCall('GET', '/sourceConfig', basic('wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa'))
    expect([unknown.status, unknown.json.message]).toEqual([401, 'invalid write key'])
    expect((await sdkCall('GET', '/sourceConfig')).status).toBe(401)
    const unreadable = fakeEnv()
    unreadable.database.fault = new Error('D1 is down')
    const { status, json } = await sdkCall('GET', '/sourceConfig', basic(WRITE_KEY), unreadable)
    expect([status, json.source.id, json.source.workspaceId]).toEqual([200, SOURCE, ''])
  })
})

test('the key of another deployment opens nothing', async () => {
  const foreign = mintWriteKey(`${SECRET}x`, SOURCE)
  expect((await sdkCall('GET', `/v1/projects/${foreign}/settings`)).status).toBe(404)
})
