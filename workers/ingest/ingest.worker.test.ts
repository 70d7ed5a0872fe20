import { describe, expect, test, vi } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { IngestMessage } from '../../shared/message/ingest-message.ts'
import { aSourceRow, fakeEnv, SECRET, SOURCE, WRITE_KEY } from '../../test/support/fake-env.ts'
import { handleRequest } from '../handle-request.ts'
import { INGEST_PATHS } from './ingest-route.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})
vi.spyOn(console, 'error').mockImplementation(() => {})

const ORIGIN = 'https://shop.example'
const BASIC = `Basic ${btoa(`${WRITE_KEY}:`)}`
const click = { type: 'track', event: 'Click', anonymousId: 'a1', messageId: 'm1' }
const ctx = {} as ExecutionContext

interface Sent {
  readonly headers?: Record<string, string>
  readonly method?: string
  readonly fake?: ReturnType<typeof fakeEnv>
}

async function send(path: string, body: unknown, { headers = {}, method = 'POST', fake = fakeEnv() }: Sent = {}) {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
  const init: RequestInit = { method, headers: { Authorization: BASIC, ...headers } }
  if (method === 'POST') init.body = isRaw ? (body as BodyInit) : JSON.stringify(body)
  const response = await handleRequest(new Request(`https://t.example${path}`, init), fake.env, ctx)
  const text = await response.text()
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : undefined
  return { status: response.status, headers: response.headers, text, json, fake, messages: fake.messages() }
}

async function gzip(text: string | Uint8Array): Promise<Uint8Array> {
  const packed = new Response(text).body?.pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

function chunked(...pieces: readonly (string | Uint8Array)[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
      controller.close()
    },
  })
}

const GZIP = { 'Content-Encoding': 'gzip' }
const noKey = { Authorization: '' }

describe('the SDK paths', () => {
  test.each([
    ['batch', '/v1/batch /v1/b /v1/import', { batch: [click] }],
    ['track', '/v1/track /v1/t', { event: 'Click', userId: 'u1' }],
    ['identify', '/v1/identify /v1/i', { userId: 'u1', traits: { plan: 'pro' } }],
    ['page', '/v1/page /v1/p', { userId: 'u1', name: 'Home' }],
    ['screen', '/v1/screen /v1/s', { userId: 'u1', name: 'Home' }],
    ['group', '/v1/group /v1/g', { userId: 'u1', groupId: 'g1' }],
    ['alias', '/v1/alias /v1/a', { userId: 'u1', previousId: 'a1' }],
  ])(
    '%s answers exactly {"success":true} with 200, plain or gzip, with and without a slash',
    async (type, paths, body) => {
      for (const path of paths.split(' ').flatMap((path) => [path, `${path}/`, `${path}?x=1`])) {
        const plain = await send(path, body, { headers: { 'Content-Type': 'text/plain;charset=UTF-8' } })
        expect([path, plain.status, plain.text]).toEqual([path, 200, '{"success":true}'])
        expect(plain.headers.get('Content-Type')).toBe('application/json')
        const packed = await send(path, await gzip(JSON.stringify(body)), {
          headers: { ...GZIP, 'Content-Type': 'application/x-www-form-urlencoded' },
        })
        expect([path, packed.status, packed.text]).toEqual([path, 200, '{"success":true}'])
        for (const { messages } of [plain, packed]) {
          expect(messages.length).toBe(1)
          expect(messages[0]?.items[0]?.type).toBe(type === 'batch' ? undefined : type)
          expect(messages[0]?.items[0]?.reject).toBeUndefined()
        }
      }
    },
  )

  test('what is put on the queue is an ingest message with the facts of the request', async () => {
    const headers = {
      'CF-Connecting-IP': '203.0.113.7',
      'User-Agent': 'Mozilla/5.0',
      SentAt: 'ignored, the body has one',
    }
    const body = { batch: [click, { ...click, messageId: 'm2' }], sentAt: '2026-03-15T12:00:00Z', context: { ip: 'x' } }
    const { messages, headers: answer } = await send('/v1/batch', { ...body, timestamp: '2001-01-01' }, { headers })
    const message = IngestMessage.parse(messages[0])
    expect(message).toMatchObject({
      v: 1,
      source: SOURCE,
      trust: 'public',
      origin: 'live',
      sentAt: '2026-03-15T12:00:00Z',
      context: { ip: 'x' },
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0',
      items: [
        { i: 0, body: click },
        { i: 1, body: { messageId: 'm2' } },
      ],
    })
    expect(Math.abs(message.receivedAt - Date.now())).toBeLessThan(5_000)
    expect(message.requestId).toBe(answer.get('X-Request-Id'))
    expect(message).not.toHaveProperty('timestamp')
  })

  test('the SentAt header counts when the body has none', async () => {
    const { messages } = await send('/v1/track', { ...click }, { headers: { SentAt: '2026-03-15T12:00:00Z' } })
    expect(messages[0]?.sentAt).toBe('2026-03-15T12:00:00Z')
  })

  test('the path names the type of a single call; in a batch the item does', async () => {
    expect((await send('/v1/track', { ...click, type: 'page' })).messages[0]?.items[0]?.type).toBe('track')
    const { messages } = await send('/v1/batch', { batch: [{ ...click, type: 'astrology' }, click] })
    expect(messages[0]?.items.map((item) => item.reject?.code)).toEqual(['unknown_type', undefined])
  })

  test('a bare event on the batch path is a batch of one', async () => {
    const { status, messages } = await send('/v1/batch', click)
    expect([status, messages[0]?.items]).toEqual([200, [{ i: 0, body: click }]])
  })

  test('a batch on the path of a call is a batch; the path says the type where an item does not', async () => {
    const { messages } = await send('/v1/identify', { batch: [{ userId: 'u' }, click], sentAt: '2026-03-15T12:00:00Z' })
    expect(messages[0]).toMatchObject({
      sentAt: '2026-03-15T12:00:00Z',
      items: [{ type: 'identify' }, { body: click }],
    })
    expect(messages[0]?.items[1]).not.toHaveProperty('type')
  })

  test('an empty batch is a success that puts nothing anywhere', async () => {
    const { status, text, messages } = await send('/v1/batch', { batch: [] })
    expect([status, text, messages]).toEqual([200, '{"success":true}', []])
  })

  test('invalid items do not cost the others, and travel with their verdict', async () => {
    const batch = [click, { type: 'track', userId: 'u1' }, null, 'x', [1], { type: 'page' }, { ...click, userId: '' }]
    const { status, messages } = await send('/v1/batch', { batch })
    expect(status).toBe(200)
    expect(messages[0]?.items.map((item) => item.reject?.code)).toEqual([
      undefined,
      'missing_name',
      'not_an_object',
      'not_an_object',
      'not_an_object',
      'missing_identifier',
      undefined,
    ])
    expect(messages[0]?.items[2]?.body).toBe(null)
    expect(() => IngestMessage.parse(messages[0])).not.toThrow()
  })

  test.each([
    ['no JSON', 'hello'],
    ['half of JSON', '{"batch":['],
    ['neither batch nor event', {}],
    ['a batch that is no list', { batch: { ...click } }],
    ['a list', [click]],
    ['null', null],
    ['a number', 5],
  ])('%s is 400 with code and message, and nothing is enqueued', async (_, body) => {
    const { status, json, messages } = await send('/v1/batch', body)
    expect(status).toBe(400)
    expect(json).toMatchObject({ success: false, code: 'invalid_request', message: expect.any(String) })
    expect(messages).toEqual([])
  })
})

describe('credentials', () => {
  const other = mintWriteKey(SECRET, 'src_zzzzzzzz')
  const batch = { batch: [click] }

  test.each<[string, Record<string, string>, string, Record<string, unknown>]>([
    ['Basic', { Authorization: BASIC }, '', batch],
    ['Basic without a colon', { Authorization: `Basic ${btoa(WRITE_KEY)}` }, '', batch],
    ['Basic with a password', { Authorization: `bAsIc ${btoa(`${WRITE_KEY}:secret`)}` }, '', batch],
    ['Bearer', { Authorization: `Bearer ${WRITE_KEY}` }, '', batch],
    ['X-Write-Key', { ...noKey, 'X-Write-Key': WRITE_KEY }, '', batch],
    ['the query', noKey, `?writeKey=${WRITE_KEY}`, batch],
    ['the body', noKey, '', { ...batch, writeKey: WRITE_KEY }],
    ['the first item', noKey, '', { batch: [{ ...click, writeKey: WRITE_KEY }] }],
    ['the body beside a masked header', { ...noKey, 'X-Write-Key': '***' }, '', { ...batch, writeKey: WRITE_KEY }],
    ['the header beside a masked body', { ...noKey, 'X-Write-Key': WRITE_KEY }, '', { ...batch, writeKey: '***' }],
    ['the body beside an OAuth token', { Authorization: 'Bearer eyJhbGciOi' }, '', { ...batch, writeKey: WRITE_KEY }],
    ['the body beside an empty Basic', { Authorization: `Basic ${btoa(':')}` }, '', { ...batch, writeKey: WRITE_KEY }],
    [
      'Basic before all others',
      { Authorization: BASIC, 'X-Write-Key': other },
      `?writeKey=${other}`,
      { ...batch, writeKey: other },
    ],
    ['X-Write-Key before query', { ...noKey, 'X-Write-Key': WRITE_KEY }, `?writeKey=${other}`, batch],
    ['query before body', noKey, `?writeKey=${WRITE_KEY}`, { ...batch, writeKey: other }],
  ])('the key is found in %s', async (_, headers, query, body) => {
    const { status, messages } = await send(`/v1/batch${query}`, body, { headers })
    expect(status).toBe(200)
    expect(messages[0]?.source).toBe(SOURCE)
    expect(JSON.stringify(messages)).not.toContain(WRITE_KEY)
    expect(JSON.stringify(messages)).not.toContain('writeKey')
  })

  test.each<[string, Record<string, string>, unknown]>([
    ['no key anywhere', noKey, batch],
    ['no key and no body', noKey, ''],
    ['only a masked key', { ...noKey, 'X-Write-Key': '***' }, { ...batch, writeKey: '********' }],
    ['a made-up key', { Authorization: `Basic ${btoa('wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa:')}` }, batch],
    ['a wrong first key beside a right one', { ...noKey, 'X-Write-Key': 'wk_x' }, { ...batch, writeKey: WRITE_KEY }],
    ['a key of a source that does not exist', { Authorization: `Basic ${btoa(`${other}:`)}` }, batch],
  ])('%s is 401', async (name, headers, body) => {
    const fake = fakeEnv()
    if (name.includes('does not exist')) fake.database.rows['sources'] = []
    const { status, json, messages } = await send('/v1/batch', body, { headers, fake })
    expect(status).toBe(401)
    expect(json).toMatchObject({ success: false, code: 'invalid_write_key' })
    expect(messages).toEqual([])
    if (!name.includes('does not exist')) expect(fake.database.reads).toBe(0)
  })

  test('the words that make mobile SDKs stop stand in the refusal of a wrong key', async () => {
    const { json } = await send('/v1/batch', batch, { headers: { Authorization: 'Basic d3Jvbmc6' } })
    expect(json?.['message']).toBe('invalid write key')
  })

  test('a body that cannot be read may have held the key: 400, never the final 401', async () => {
    expect((await send('/v1/batch', '{"batch":[', { headers: noKey })).status).toBe(400)
  })

  test('a disabled source is refused; one that cannot be read is accepted, and the consumer decides', async () => {
    const disabled = fakeEnv()
    disabled.database.rows['sources'] = [aSourceRow({ enabled: 0 })]
    expect((await send('/v1/batch', batch, { fake: disabled })).status).toBe(401)
    const unreadable = fakeEnv()
    unreadable.database.fault = new Error('D1 is down')
    const { status, messages } = await send('/v1/batch', batch, { fake: unreadable })
    expect([status, messages[0]?.source]).toEqual([200, SOURCE])
  })

  test('once warm no request reads anything', async () => {
    const fake = fakeEnv()
    for (let i = 0; i < 20; i++) await send('/v1/batch', batch, { fake })
    expect(fake.database.reads).toBe(1)
  })
})

describe('bodies', () => {
  test('a leading BOM is no error; neither is a chunked body', async () => {
    const json = JSON.stringify({ batch: [click] })
    expect((await send('/v1/batch', `\uFEFF${json}`)).status).toBe(200)
    expect((await send('/v1/batch', chunked(json.slice(0, 10), json.slice(10)))).status).toBe(200)
    const packed = await gzip(json)
    expect((await send('/v1/batch', chunked(packed.slice(0, 9), packed.slice(9)), { headers: GZIP })).status).toBe(200)
  })

  test('invalid UTF-8 is 400, and characters over chunk borders survive', async () => {
    const json = new TextEncoder().encode(JSON.stringify({ ...click, event: 'Zażółć 🦊' }))
    const bytes = [...json].map((byte) => new Uint8Array([byte]))
    expect((await send('/v1/track', chunked(...bytes))).messages[0]?.items[0]?.body).toMatchObject({
      event: 'Zażółć 🦊',
    })
    const broken = json.slice()
    broken[broken.indexOf(0xc5) + 1] = 0x41
    expect((await send('/v1/track', broken)).status).toBe(400)
  })

  test('bad gzip, half of a gzip, and unknown encodings are 400', async () => {
    const packed = await gzip(JSON.stringify({ batch: [click] }))
    expect((await send('/v1/batch', 'this is no gzip', { headers: GZIP })).status).toBe(400)
    expect((await send('/v1/batch', packed.slice(0, -9), { headers: GZIP })).status).toBe(400)
    expect((await send('/v1/batch', { batch: [click] }, { headers: GZIP })).status).toBe(400)
    expect((await send('/v1/batch', { batch: [click] }, { headers: { 'Content-Encoding': 'br' } })).status).toBe(400)
  })

  test('a gzip bomb is too large', async () => {
    const bomb = await gzip(new Uint8Array(64 * 1024 * 1024))
    expect(bomb.byteLength).toBeLessThan(100_000)
    for (const body of [bomb, chunked(bomb)]) {
      const { status, json } = await send('/v1/batch', body, { headers: GZIP })
      expect([status, json?.['code']]).toEqual([400, 'too_large'])
    }
    expect((await send('/v1/events', bomb, { headers: GZIP })).status).toBe(413)
  })

  test('too large is 400 with code too_large on SDK paths and 413 on ours, declared, chunked or unpacked', async () => {
    const big = `{"batch":[${JSON.stringify({ ...click, event: 'x'.repeat(1024 * 1024) })}]}`
    for (const [body, headers] of [
      [big, {}],
      [chunked(big), {}],
      [await gzip(big), GZIP],
    ] as const) {
      const { status, json } = await send('/v1/batch', body, { headers })
      expect([status, json?.['code']]).toEqual([400, 'too_large'])
    }
    expect((await send('/v1/events', big)).status).toBe(413)
    expect((await send('/cdp/ingest', big)).status).toBe(413)
  })

  test('2,500 items are taken and 2,501 are refused as a whole', async () => {
    const items = (n: number) => ({ batch: new Array(n).fill({ type: 'page', userId: 'u' }) })
    const { status, messages } = await send('/v1/batch', items(2_500))
    expect([status, messages.flatMap((message) => message.items).length]).toEqual([200, 2_500])
    expect((await send('/v1/batch', items(2_501))).status).toBe(400)
    expect((await send('/v1/events', items(2_501).batch)).status).toBe(413)
  })

  test('a million brackets neither crash nor pass', async () => {
    for (const deep of [
      '['.repeat(400_000) + ']'.repeat(400_000),
      '{"a":'.repeat(150_000) + '1' + '}'.repeat(150_000),
    ]) {
      const whole = await send('/v1/batch', deep)
      expect(whole.status).toBe(400)
      const { status, messages } = await send('/v1/batch', `{"batch":[${deep},${JSON.stringify(click)}]}`)
      expect(status).toBe(200)
      expect(messages[0]?.items[0]).toMatchObject({ body: { notKept: true }, reject: { code: expect.any(String) } })
      expect(messages[0]?.items[1]?.reject).toBeUndefined()
      const context = await send('/v1/batch', `{"context":{"x":${deep}},"batch":[${JSON.stringify(click)}]}`)
      expect(context.status).toBe(200)
      expect(context.messages[0]?.items[0]?.reject).toMatchObject({ code: 'too_deep', path: 'context' })
    }
  })

  test('names of the prototype are data like any other', async () => {
    const body =
      '{"type":"track","event":"x","userId":"u","__proto__":{"admin":true},"constructor":1,"properties":{"__proto__":{"a":1}}}'
    const { status, fake } = await send('/v1/batch', `{"batch":[${body}],"__proto__":{"context":{"x":1}}}`)
    expect(status).toBe(200)
    const [text] = [...fake.events0.texts, ...fake.events1.texts]
    expect(text).toContain('"__proto__":{"admin":true}')
    expect(text).not.toContain('"context"')
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
    const key = `{"batch":[{"type":"page","userId":"u"}],"__proto__":{"writeKey":"${WRITE_KEY}"}}`
    expect((await send('/v1/batch', key, { headers: noKey })).status).toBe(401)
  })

  test('a lone surrogate goes through as the escape it came as', async () => {
    const { status, fake } = await send('/v1/track', '{"event":"\\ud83e","userId":"u"}')
    const [text = ''] = [...fake.events0.texts, ...fake.events1.texts]
    expect(status).toBe(200)
    expect(text.isWellFormed()).toBe(true)
    expect(JSON.parse(text).items[0].body.event).toBe('\ud83e')
  })
})

describe('our own paths', () => {
  test('/v1/events takes one event or a list, and says what became of each', async () => {
    const { status, json } = await send('/v1/events', { event: 'Click', userId: 'u1' })
    expect([status, json]).toEqual([202, { accepted: 1, rejected: [] }])
    const list = await send('/v1/events', [click, { event: 'No id', messageId: 'm2' }, { type: 'page', userId: 'u' }])
    expect([list.status, list.json]).toEqual([
      202,
      {
        accepted: 2,
        rejected: [
          {
            index: 1,
            messageId: 'm2',
            code: 'missing_identifier',
            path: 'userId',
            message: 'one of userId, anonymousId is required',
          },
        ],
      },
    ])
    expect(list.messages[0]?.items.map((item) => item.type)).toEqual([undefined, 'track', undefined])
  })

  test('/v1/users takes identify calls only', async () => {
    const { status, json, messages } = await send('/v1/users', [{ userId: 'u1', traits: {} }, { traits: {} }])
    expect([status, json?.['accepted']]).toEqual([202, 1])
    expect(messages[0]?.items.map((item) => item.type)).toEqual(['identify', 'identify'])
  })

  test('an empty list is accepted', async () => {
    expect((await send('/v1/events', [])).json).toEqual({ accepted: 0, rejected: [] })
  })

  test('their errors are problem+json', async () => {
    const { status, headers, json } = await send('/v1/events', 'nope')
    expect([status, headers.get('Content-Type')]).toEqual([400, 'application/problem+json'])
    expect(json).toMatchObject({
      code: 'invalid_request',
      title: expect.any(String),
      requestId: headers.get('X-Request-Id'),
    })
    expect((await send('/v1/events', [click], { headers: noKey })).json).toMatchObject({ code: 'unauthorized' })
  })

  test('/cdp/ingest answers with the eventId, and refuses what is invalid without keeping it', async () => {
    const payload = { type: 'TRACK', email: 'a@b.co', name: 'Bought' }
    const good = await send('/cdp/ingest', { eventId: 'e1', ts: '2026-03-15T12:00:00Z', payload })
    expect([good.status, good.json]).toEqual([202, { status: 'accepted', eventId: 'e1' }])
    expect(good.messages[0]?.items).toEqual([
      {
        i: 0,
        body: {
          type: 'track',
          event: 'Bought',
          messageId: 'e1',
          timestamp: '2026-03-15T12:00:00Z',
          context: { externalIds: [{ type: 'email', id: 'a@b.co' }] },
        },
      },
    ])
    const bad = await send('/cdp/ingest', { eventId: 'e1', ts: '2026-03-15', payload: { ...payload, name: undefined } })
    expect([bad.status, bad.json?.['status'], bad.json?.['message']]).toEqual([
      400,
      'error',
      'TRACK events require a name',
    ])
    expect(bad.messages).toEqual([])
    const big = { ...payload, properties: { x: 'x'.repeat(70_000) } }
    expect((await send('/cdp/ingest', { eventId: 'e1', ts: '2026-03-15', payload: big })).status).toBe(400)
  })
})

describe('browsers', () => {
  test.each(INGEST_PATHS)('%s: a preflight passes without any key', async (path) => {
    const headers = { Origin: ORIGIN, 'Access-Control-Request-Headers': 'authorization,x-retry-count', ...noKey }
    const { status, headers: answer } = await send(path, undefined, { method: 'OPTIONS', headers })
    expect(status).toBe(204)
    expect(Object.fromEntries(answer)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'authorization,x-retry-count',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-max-age': '900',
      vary: 'Origin, Access-Control-Request-Headers',
      'x-request-id': expect.any(String),
    })
  })

  test('every answer can be read by the page that asked, errors too', async () => {
    const broken = fakeEnv()
    broken.events0.fault = broken.events1.fault = broken.bucket.fault = new Error('down')
    const origin = { Origin: ORIGIN }
    const answers = await Promise.all([
      send('/v1/batch', { batch: [click] }, { headers: origin }),
      send('/v1/batch', 'nope', { headers: origin }),
      send('/v1/batch', { batch: [click] }, { headers: { ...origin, ...noKey } }),
      send('/v1/batch', { batch: [click] }, { headers: origin, fake: broken }),
      send('/v1/batch', undefined, { headers: origin, method: 'GET' }),
      send('/v1/nothing', {}, { headers: origin }),
      send('/v1/events', 'nope', { headers: origin }),
      send('/cdp/ingest', 'nope', { headers: origin }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 401, 503, 405, 404, 400, 400])
    for (const { headers } of answers) {
      expect(headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
      expect(headers.get('Access-Control-Allow-Credentials')).toBe('true')
      expect(headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
      expect(headers.get('Vary')).toBe('Origin')
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('other methods are 405 and say which one is right; HEAD has no body', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const { status, headers, text } = await send('/v1/batch', undefined, { method })
      expect([status, headers.get('Allow')]).toEqual([405, 'POST, OPTIONS'])
      if (method === 'HEAD') expect(text).toBe('')
    }
  })
})

describe('durability', () => {
  const batch = { batch: [click] }

  test('when both queues refuse, the request is spilled under its workspace and the answer is 200', async () => {
    const fake = fakeEnv()
    fake.events0.fault = fake.events1.fault = new Error('Queue is overloaded')
    const { status, text, headers } = await send('/v1/batch', batch, { fake })
    expect([status, text]).toEqual([200, '{"success":true}'])
    const [[key, stored] = ['', '']] = [...fake.bucket.objects]
    expect(key).toMatch(new RegExp(`^spill/acme/\\d{4}-\\d\\d-\\d\\dT\\d\\d/${headers.get('X-Request-Id')}-0\\.json$`))
    expect(IngestMessage.parse(JSON.parse(stored))).toMatchObject({ origin: 'spill', items: [{ body: click }] })
  })

  test('with the configuration out of reach as well, it is spilled under its source', async () => {
    const fake = fakeEnv()
    fake.events0.fault = fake.events1.fault = fake.database.fault = new Error('down')
    expect((await send('/v1/batch', batch, { fake })).status).toBe(200)
    expect([...fake.bucket.objects.keys()][0]).toMatch(`spill/${SOURCE}/`)
  })

  test('when nothing durable takes it, 503 with Retry-After: never 200', async () => {
    const fake = fakeEnv()
    fake.events0.fault = fake.events1.fault = fake.bucket.fault = new Error('down')
    for (const [path, body] of [
      ['/v1/batch', batch],
      ['/v1/events', [click]],
      ['/cdp/ingest', { eventId: 'e', ts: '2026-03-15', payload: { type: 'IDENTIFY', userId: 'u' } }],
    ] as const) {
      const { status, headers } = await send(path, body, { fake })
      expect([path, status, headers.get('Retry-After')]).toEqual([path, 503, '5'])
    }
  })

  test('when only a part of a large request is enqueued, the rest is spilled and the answer is 200', async () => {
    const fake = fakeEnv()
    let calls = 0
    for (const queue of [fake.events0, fake.events1]) {
      const send = queue.sendBatch.bind(queue)
      queue.sendBatch = async (messages) => {
        calls += 1
        if (calls > 1) throw new Error('Queue is overloaded')
        return send(messages)
      }
    }
    const items = Array.from({ length: 60 }, (_, i) => ({
      ...click,
      messageId: `m${i}`,
      properties: { x: 'x'.repeat(10_000) },
    }))
    const { status, messages } = await send('/v1/batch', { batch: items }, { fake })
    expect(status).toBe(200)
    const spilled = [...fake.bucket.objects.values()].map((text) => JSON.parse(text) as IngestMessage)
    expect(messages.length).toBeGreaterThan(0)
    expect(spilled.length).toBeGreaterThan(0)
    const indexes = [...messages, ...spilled].flatMap((message) => message.items.map((item) => item.i))
    expect(indexes.sort((a, b) => a - b)).toEqual(items.map((_, i) => i))
  })
})
