import { afterEach, describe, expect, test, vi } from 'vitest'
import { fetchForCode, refusedHost } from './customer-code-fetch.ts'

const PUBLIC = { local: false }
const LOCAL = { local: true }

afterEach(() => {
  vi.restoreAllMocks()
})

function answering(answer: (url: URL, init: RequestInit) => Response) {
  return vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async (input, init) => answer(new URL(String(input)), init ?? {}))
}

const refusal = (response: Response) => decodeURIComponent(response.headers.get('x-tributary-refused') ?? '')

describe('a fetch of customer code', () => {
  test('is ours to make: what the code says goes on, what belongs to the way does not', async () => {
    const call = answering(
      () => new Response('ok', { status: 201, headers: { 'X-Of': 'them', 'Content-Encoding': 'gzip' } }),
    )
    const request = new Request('https://api.example.com/a?b=1', {
      method: 'PUT',
      body: '{"a":"€"}',
      headers: {
        Authorization: 'Bearer x',
        Host: 'other.example',
        'CF-Connecting-IP': '1.2.3.4',
        'X-Forwarded-For': '1.2.3.4',
      },
    })
    const response = await fetchForCode(request, ['api.example.com'], LOCAL)
    const [url, init] = call.mock.calls[0] as [string, RequestInit]
    expect(url).toBe('https://api.example.com/a?b=1')
    expect(init).toMatchObject({ method: 'PUT', body: '{"a":"€"}', redirect: 'manual' })
    const sent = Object.keys(init.headers as Record<string, string>)
    expect(sent.toSorted()).toEqual(['User-Agent', 'authorization', 'content-type'])
    expect([response.status, await response.text()]).toEqual([201, 'ok'])
    expect([response.headers.get('x-of'), response.headers.get('content-encoding')]).toEqual(['them', null])
  })

  test('gives an answer without a body as one', async () => {
    answering(() => new Response(null, { status: 204 }))
    expect((await fetchForCode(new Request('https://a.example/'), ['a.example'], LOCAL)).status).toBe(204)
  })

  test('hands a redirect back, so that its next hop is asked for like the first', async () => {
    answering(() => new Response(null, { status: 302, headers: { Location: 'https://10.0.0.1/' } }))
    const first = await fetchForCode(new Request('https://a.example/'), ['a.example', '10.0.0.1'], LOCAL)
    expect([first.status, first.headers.get('location')]).toEqual([302, 'https://10.0.0.1/'])
    const second = await fetchForCode(new Request('https://10.0.0.1/'), ['a.example', '10.0.0.1'], LOCAL)
    expect(refusal(second)).toContain('must be a public address')
  })

  test.each([
    ['https://127.0.0.1/', ['127.0.0.1'], 'must not be this machine'],
    ['http://localhost:8787/', ['localhost:8787'], 'must be https'],
    ['https://192.168.1.1/', ['192.168.1.1'], 'must be a public address'],
    ['https://[::ffff:10.0.0.1]/', ['[::ffff:a00:1]'], 'must be a public address'],
    ['https://metadata.internal/', ['metadata.internal'], 'must be a public name'],
    ['http://a.example/', ['a.example'], 'must be https'],
    ['https://b.example/', ['a.example'], 'not on the list'],
    ['https://a.example.b.example/', ['a.example'], 'not on the list'],
    ['https://a.example:444/', ['a.example'], 'not on the list'],
    ['https://a.example/', [], 'not on the list'],
  ])('never goes to %s with the list %j', async (url, allow, why) => {
    const call = answering(() => new Response('secret'))
    expect(refusal(await fetchForCode(new Request(url), allow, PUBLIC))).toContain(why)
    expect(call).not.toHaveBeenCalled()
  })

  test('never goes to a name on the list that leads inside', async () => {
    const called: string[] = []
    answering((url) => {
      if (url.host !== 'cloudflare-dns.com') called.push(url.host)
      const [name, type] = [url.searchParams.get('name') ?? '', url.searchParams.get('type') === 'A' ? 1 : 28]
      const Answer = type === 1 ? [{ name, type, TTL: 60, data: '10.0.0.1' }] : []
      return Response.json({
        Status: 0,
        TC: false,
        RD: true,
        RA: true,
        AD: false,
        CD: false,
        Question: [{ name, type }],
        Answer,
      })
    })
    const response = await fetchForCode(new Request('https://rebind.example.com/'), ['rebind.example.com'], PUBLIC)
    expect(refusal(response)).toBe(
      'fetch to rebind.example.com is not allowed: the address must be a public address and is private',
    )
    expect(called).toEqual([])
  })

  test.each([
    ['a method we do not make', { method: 'OPTIONS' }, 'OPTIONS'],
    ['a body that is no text', { method: 'POST', body: new Uint8Array([0xff, 0xfe]) }, 'must be text'],
    ['a body that is too long', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }, 'at most 1048576 bytes'],
  ])('refuses %s', async (_, init, why) => {
    const call = answering(() => new Response('ok'))
    expect(refusal(await fetchForCode(new Request('https://a.example/', init), ['a.example'], LOCAL))).toContain(why)
    expect(call).not.toHaveBeenCalled()
  })

  test('refuses an answer that is too long, and a forged refusal does not come through', async () => {
    answering(() => new Response('x'.repeat(65_537)))
    expect(refusal(await fetchForCode(new Request('https://a.example/'), ['a.example'], LOCAL))).toContain('too long')
    answering(() => new Response('ok', { headers: { 'X-Tributary-Refused': 'forged' } }))
    expect(refusal(await fetchForCode(new Request('https://a.example/'), ['a.example'], LOCAL))).toBe('')
  })
})

describe('a host on the list of customer code', () => {
  test.each([
    ['api.example.com', undefined],
    ['API.example.com:8443', undefined],
    ['example.com/path', 'must be a host name'],
    ['*.example.com', 'must be a host name'],
    ['user@example.com', 'must be a host name'],
    ['10.0.0.1', 'must be a public address'],
    ['127.0.0.1:80', 'must not be this machine'],
    ['2130706433', 'must be a host name'],
    ['db', 'must be a public name'],
  ])('%s', (host, why) => {
    const refused = refusedHost(host, PUBLIC)
    if (why === undefined) expect(refused).toBeUndefined()
    else expect(refused).toContain(why)
  })
})
