import { describe, expect, test, vi } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { EVENT_TYPES } from '../../shared/event/event.ts'
import { aSourceRow, fakeEnv, SECRET, SOURCE, WRITE_KEY } from '../../test/support/fake-env.ts'
import { handleRequest } from '../handle-request.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})
vi.spyOn(console, 'error').mockImplementation(() => {})

const ORIGIN = 'https://shop.example'

async function call(method: string, path: string, init: RequestInit = {}, fake = fakeEnv()) {
  const headers = { Origin: ORIGIN, ...(init.headers as Record<string, string>) }
  const url = path.startsWith('http') ? path : `https://t.example${path}`
  const request = new Request(url, { ...init, method, headers })
  const response = await handleRequest(request, fake.env, {} as ExecutionContext)
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
  expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  const json: any = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, bytes, json, fake, items: itemsOf(fake) }
}

const itemsOf = (fake: ReturnType<typeof fakeEnv>) => fake.messages().flatMap((message) => message.items)
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const GIF = /^GIF89a/

describe('pixels', () => {
  const click = { event: 'Opened — ✉', userId: 'u1', properties: { mail: 'spring>>??' } }
  const data = (event: object) => base64({ ...event, writeKey: WRITE_KEY })

  test.each([
    ['as it is', (text: string) => encodeURIComponent(text)],
    ['with unescaped plus signs', (text: string) => text.replaceAll('/', '%2F')],
    ['URL-safe', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')],
    ['URL-safe without padding', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
  ])('data in base64, %s, is the event, and the answer an image of one point', async (_, written) => {
    const { status, headers, bytes, items } = await call('GET', `/v1/pixel/track?data=${written(data(click))}`)
    expect([status, headers.get('Content-Type'), headers.get('Cache-Control')]).toEqual([200, 'image/gif', 'no-store'])
    expect(new TextDecoder().decode(bytes)).toMatch(GIF)
    expect(headers.get('X-Pixel-Refused')).toBeNull()
    expect(items).toMatchObject([{ type: 'track', body: { ...click, channel: 'web' } }])
    expect(items[0]?.reject).toBeUndefined()
  })

  test.each(EVENT_TYPES)('/v1/pixel/%s takes its call', async (type) => {
    const event = { userId: 'u1', event: 'e', groupId: 'g', previousId: 'p' }
    const { items } = await call('GET', `/v1/pixel/${type}/?data=${encodeURIComponent(data(event))}`)
    expect(items).toMatchObject([{ type, body: event }])
  })

  test('the fields themselves: dots nest, what no call knows is a property, an object may be JSON', async () => {
    const query =
      `writeKey=${WRITE_KEY}&event=Opened&userId=007&mail=spring&properties.list.id=9&properties=%7B%22n%22%3A1%7D` +
      '&context.page.url=https%3A%2F%2Fx&empty=&__proto__.admin=1&properties.__proto__.x=1'
    const { items } = await call('GET', `/v1/pixel/track?${query}`)
    const properties = JSON.parse('{"n":1,"mail":"spring","list":{"id":"9"},"__proto__":{"x":"1","admin":"1"}}')
    expect(items[0]?.body).toEqual({
      event: 'Opened',
      userId: '007',
      channel: 'web',
      properties,
      context: { page: { url: 'https://x' } },
    })
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  test('of an identify, what no call knows is a trait', async () => {
    const { items } = await call('GET', `/v1/pixel/identify?writeKey=${WRITE_KEY}&userId=u1&plan=pro`)
    expect(items[0]?.body).toMatchObject({ userId: 'u1', traits: { plan: 'pro' } })
  })

  test("RudderStack's pixels, with an id in quotes as templates write it", async () => {
    const page = await call('GET', `/pixel/v1/page?writeKey=${WRITE_KEY}&anonymousId=%22a1%22&name=Home`)
    expect(page.items).toMatchObject([{ type: 'page', body: { anonymousId: 'a1', name: 'Home' } }])
    const track = await call('GET', `/pixel/v1/track?writeKey=${WRITE_KEY}&anonymousId=a1&event=Seen`)
    expect(track.items).toMatchObject([{ type: 'track', body: { event: 'Seen' } }])
  })

  test.each([
    ['no key', '/v1/pixel/track?event=e&userId=u', 'unauthorized'],
    ['a made-up key', '/v1/pixel/track?event=e&userId=u&writeKey=wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa', 'unauthorized'],
    ['no base64', '/v1/pixel/track?data=%%%', 'invalid_request'],
    ['no object', `/v1/pixel/track?data=${base64([1])}`, 'invalid_request'],
    ['a bomb of dots', `/v1/pixel/track?writeKey=x&properties${'.a'.repeat(3_000)}=1`, 'invalid_request'],
  ])('%s: the image all the same, a header says why, and nothing is kept', async (_, path, code) => {
    const { status, headers, bytes, items } = await call('GET', path)
    expect([status, headers.get('X-Pixel-Refused'), items]).toEqual([200, code, []])
    expect(new TextDecoder().decode(bytes)).toMatch(GIF)
  })

  test('when nothing durable takes it: still the image, and the reason', async () => {
    const fake = fakeEnv()
    fake.events0.fault = fake.events1.fault = fake.bucket.fault = new Error('down')
    const { status, headers } = await call('GET', `/v1/pixel/track?data=${encodeURIComponent(data(click))}`, {}, fake)
    expect([status, headers.get('X-Pixel-Refused')]).toEqual([200, 'unavailable'])
  })

  test('an event that is no message is recorded as rejected', async () => {
    const { status, items } = await call('GET', `/v1/pixel/track?writeKey=${WRITE_KEY}&userId=u`)
    expect([status, items[0]?.reject?.code]).toEqual([200, 'missing_name'])
  })

  test('HEAD is no visit; POST is refused', async () => {
    const head = await call('HEAD', `/v1/pixel/track?data=${encodeURIComponent(data(click))}`)
    expect([head.status, head.bytes.byteLength, head.items]).toEqual([200, 0, []])
    const post = await call('POST', '/v1/pixel/track', { body: '{}' })
    expect([post.status, post.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
})

describe("Segment's settings", () => {
  test.each(['/v1/projects/K/settings', '/projects/K/settings', '/v1/projects/K/settings/'])(
    '%s keeps the events on our host',
    async (path) => {
      const { status, headers, json } = await call('GET', path.replace('K', WRITE_KEY))
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
    const { json } = await call('GET', `http://127.0.0.1:8787/v1/projects/${WRITE_KEY}/settings`)
    expect(json.integrations['Segment.io']).toMatchObject({ apiHost: '127.0.0.1:8787/v1', protocol: 'http' })
  })

  test.each([['made-up'], ['wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa'], ['%E0%A4%A']])(
    'an unknown key (%s) is 404 with a JSON error',
    async (key) => {
      const { status, json } = await call('GET', `/v1/projects/${key}/settings`)
      expect(status).toBe(404)
      expect(json).toMatchObject({ success: false, code: 'not_found', message: expect.any(String) })
    },
  )

  test('a revoked key and a disabled source are 404; while the configuration cannot be read the document is served', async () => {
    const path = `/v1/projects/${WRITE_KEY}/settings`
    for (const row of [aSourceRow({ enabled: 0 }), aSourceRow({ write_key_from: 2, write_key_now: 2 })]) {
      const fake = fakeEnv()
      fake.database.rows['sources'] = [row]
      expect((await call('GET', path, {}, fake)).status).toBe(404)
    }
    const unreadable = fakeEnv()
    unreadable.database.fault = new Error('D1 is down')
    expect((await call('GET', path, {}, unreadable)).status).toBe(200)
  })
})

describe("RudderStack's source config", () => {
  const basic = (key: string) => ({ headers: { Authorization: `Basic ${btoa(`${key}:`)}` } })

  test('with the key in the header or in the query, with and without a slash', async () => {
    for (const { path, init } of [
      { path: '/sourceConfig?p=android&v=1', init: basic(WRITE_KEY) },
      { path: `/sourceConfig/?p=npm&v=3.34.1&build=modern&writeKey=${WRITE_KEY}`, init: {} },
    ]) {
      const { status, json } = await call('GET', path, init)
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
    expect((await call('GET', '/sourceConfig', basic(WRITE_KEY), disabled)).json.source.enabled).toBe(false)
    const unknown = await call('GET', '/sourceConfig', basic('wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa'))
    expect([unknown.status, unknown.json.message]).toEqual([401, 'invalid write key'])
    expect((await call('GET', '/sourceConfig')).status).toBe(401)
    const unreadable = fakeEnv()
    unreadable.database.fault = new Error('D1 is down')
    const { status, json } = await call('GET', '/sourceConfig', basic(WRITE_KEY), unreadable)
    expect([status, json.source.id, json.source.workspaceId]).toEqual([200, SOURCE, ''])
  })
})

describe('the rest', () => {
  test.each(['/api/s/track', '/api/s/s2s/track', '/api/s/track/'])(
    "Jitsu's %s takes the key from X-Write-Key beside a masked body",
    async (path) => {
      const body = JSON.stringify({ event: 'Seen', anonymousId: 'a1', writeKey: '***' })
      for (const key of [WRITE_KEY, `${WRITE_KEY}:any`]) {
        const { status, json, items } = await call('POST', path, { body, headers: { 'X-Write-Key': key } })
        expect([status, json]).toEqual([200, { success: true }])
        expect(items).toMatchObject([{ type: 'track', body: { event: 'Seen' } }])
        expect(JSON.stringify(items)).not.toContain('writeKey')
      }
      expect((await call('POST', path, { body })).status).toBe(401)
    },
  )

  test("RudderStack's beacon: text/plain, the key in the query, no preflight", async () => {
    const body = JSON.stringify({ batch: [{ type: 'page', anonymousId: 'a1' }], sentAt: '2026-03-15T12:00:00Z' })
    const headers = { 'Content-Type': 'text/plain' }
    const {
      status,
      headers: answer,
      items,
    } = await call('POST', `/beacon/v1/batch?writeKey=${WRITE_KEY}`, {
      body,
      headers,
    })
    expect([status, answer.get('Access-Control-Allow-Credentials')]).toEqual([200, 'true'])
    expect(items).toMatchObject([{ body: { type: 'page' } }])
  })

  test('the counters of an SDK about itself are taken without a key and thrown away', async () => {
    const { status, json, items } = await call('POST', '/v1/m', { body: '{"series":[]}' })
    expect([status, json, items]).toEqual([200, { success: true }, []])
  })

  test.each([
    '/v1/m',
    `/v1/projects/${WRITE_KEY}/settings`,
    '/projects/x/settings',
    '/sourceConfig',
    '/sourceConfig/',
    '/pixel/v1/track',
    '/api/s/track',
    '/rsaMetrics',
    '/transform',
    '/api/s/unknown',
  ])('%s: a preflight passes, without a key', async (path) => {
    const { status, headers } = await call('OPTIONS', path, {
      headers: { 'Access-Control-Request-Headers': 'authorization,x-write-key' },
    })
    expect([status, headers.get('Access-Control-Allow-Headers')]).toEqual([204, 'authorization,x-write-key'])
    expect(headers.get('Access-Control-Allow-Methods')).toBe('GET, POST, OPTIONS')
  })

  test.each(['/v1/nothing', '/rsaMetrics', '/rsaRequest', '/transform', '/api/s/dance', '/pixel/v1/identify'])(
    '%s is 404, and a page can read so',
    async (path) => {
      const { status, json } = await call('POST', path, { body: '{}' })
      expect([status, json.code]).toEqual([404, 'not_found'])
    },
  )
})

describe('/v1/devices', () => {
  const send = (body: unknown, fake = fakeEnv()) =>
    call('POST', '/v1/devices', { body: JSON.stringify(body), headers: { 'X-Write-Key': WRITE_KEY } }, fake)

  test('device id and push token become identifiers of an identify that brings no traits', async () => {
    const device = { id: 'd1', type: 'ios', token: 't1', model: 'iPhone' }
    const { status, json, items } = await send({ userId: 'u1', device, context: { app: { name: 'Shop' } } })
    expect([status, json]).toEqual([202, { accepted: 1, rejected: [] }])
    expect(items).toMatchObject([
      {
        type: 'identify',
        body: {
          userId: 'u1',
          context: {
            app: { name: 'Shop' },
            device,
            externalIds: [
              { type: 'device_id', id: 'd1' },
              { type: 'push_token', id: 't1' },
            ],
          },
        },
      },
    ])
  })

  test('a device that nobody has signed in on is somebody too', async () => {
    const { json } = await send([{ device: { id: 7 } }, { anonymousId: 'a', device: { id: 'd', token: null } }])
    expect(json).toEqual({ accepted: 2, rejected: [] })
  })

  test.each([
    ['no device', { userId: 'u' }, 'wrong_type', 'device'],
    ['a device that is text', { userId: 'u', device: 'd1' }, 'wrong_type', 'device'],
    ['no id', { userId: 'u', device: { type: 'ios' } }, 'missing_identifier', 'device.id'],
    ['a blank id', { userId: 'u', device: { id: ' ' } }, 'missing_identifier', 'device.id'],
    ['a long id', { device: { id: 'x'.repeat(256) } }, 'id_too_long', 'device.id'],
    ['a long token', { device: { id: 'd', token: 'x'.repeat(256) } }, 'id_too_long', 'device.token'],
    ['a token that is an object', { device: { id: 'd', token: {} } }, 'wrong_type', 'device.token'],
    ['a context that is a list', { device: { id: 'd' }, context: [] }, 'wrong_type', 'context'],
    ['no object', 'x', 'not_an_object', ''],
    ['too deep', { device: { id: 'd' }, x: JSON.parse('['.repeat(40) + ']'.repeat(40)) }, 'too_deep', /^x/],
  ])('%s is rejected alone, and kept as it was sent', async (_, bad, code, path) => {
    const { status, json, items } = await send([{ userId: 'u', device: { id: 'd1' } }, bad])
    expect([status, json.accepted, json.rejected[0]]).toMatchObject([202, 1, { index: 1, code }])
    expect(json.rejected[0].path).toEqual(path instanceof RegExp ? expect.stringMatching(path) : path)
    expect(items[1]?.reject?.code).toBe(code)
    if (typeof bad !== 'string' && code !== 'too_deep') expect(items[1]?.body).toMatchObject(bad)
  })
})

test('retry headers are kept for diagnosis', async () => {
  const body = JSON.stringify({ batch: [{ type: 'page', userId: 'u' }] })
  const sent = async (headers: Record<string, string>) =>
    (await call('POST', '/v1/batch', { body, headers: { 'X-Write-Key': WRITE_KEY, ...headers } })).fake.messages()[0]
  expect(await sent({ 'X-Retry-Count': '3' })).toMatchObject({ retry: '3' })
  expect(await sent({ 'Rsa-Retry-Attempt': '2', 'Rsa-Retry-Reason': 'server-500' })).toMatchObject({
    retry: '2 server-500',
  })
  expect(await sent({})).not.toHaveProperty('retry')
})

test('the key of another deployment opens nothing', async () => {
  const foreign = mintWriteKey(`${SECRET}x`, SOURCE)
  expect((await call('GET', `/v1/projects/${foreign}/settings`)).status).toBe(404)
})
