import { afterEach, describe, expect, test, vi } from 'vitest'
import { callOut, MOST_REPLY_BYTES } from './outbound.ts'

const LOCAL = { local: true }
const request = (url = 'http://127.0.0.1:9/') => ({ method: 'POST', url, headers: {}, body: '{}' }) as const

afterEach(() => {
  vi.restoreAllMocks()
})

function answering(response: (init: RequestInit) => Response | Promise<Response>) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => response(init ?? {}))
}

/** A body that goes on until it is cancelled. */
function endless(chunk: string, everyMs: number) {
  const state = { cancelled: false, sent: 0 }
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resume) => setTimeout(resume, everyMs))
      state.sent += chunk.length
      controller.enqueue(new TextEncoder().encode(chunk))
    },
    cancel() {
      state.cancelled = true
    },
  })
  return { stream, state }
}

describe('a call to a stranger', () => {
  test('gives back status, headers and body', async () => {
    const call = answering(() => new Response('{"ok":true}', { status: 201, headers: { 'Retry-After': '3' } }))
    expect(await callOut(request(), LOCAL)).toMatchObject({
      kind: 'reply',
      reply: { status: 201, headers: { 'retry-after': '3' }, body: '{"ok":true}' },
    })
    expect(call.mock.calls[0]?.[1]).toMatchObject({ redirect: 'manual', headers: { 'User-Agent': 'Tributary' } })
  })

  test('is never made to an address that is not public', async () => {
    const call = answering(() => new Response('secret'))
    for (const url of [
      'http://10.0.0.1/',
      'https://169.254.169.254/',
      'https://[::ffff:10.0.0.1]/',
      'ftp://127.0.0.1/',
    ])
      expect((await callOut(request(url), LOCAL)).kind).toBe('forbidden')
    expect((await callOut(request('https://127.0.0.1/'), { local: false })).kind).toBe('forbidden')
    expect(call).not.toHaveBeenCalled()
  })

  test('is not made to a name that leads to an address that is not public', async () => {
    // The runtime resolves names over HTTPS, which is a fetch like any other.
    const called: string[] = []
    const resolving = (address: string) =>
      vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
        const url = new URL(input instanceof Request ? input.url : String(input))
        if (url.host !== 'cloudflare-dns.com') called.push(url.host)
        if (url.host !== 'cloudflare-dns.com') return new Response('ok')
        const [name, type] = [url.searchParams.get('name') ?? '', url.searchParams.get('type') === 'A' ? 1 : 28]
        const Answer = type === 1 ? [{ name, type, TTL: 60, data: address }] : []
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
    resolving('10.0.0.1')
    expect(await callOut(request('https://inside.example.com/'), { local: false })).toEqual({
      kind: 'forbidden',
      reason: 'the address must be a public address and is private',
    })
    resolving('93.184.216.34')
    expect((await callOut(request('https://outside.example.com/'), { local: false })).kind).toBe('reply')
    expect(called).toEqual(['outside.example.com'])
  })

  test('follows no redirect', async () => {
    const call = answering(() => new Response(null, { status: 302, headers: { Location: 'http://10.0.0.1/' } }))
    expect(await callOut(request(), LOCAL)).toMatchObject({ kind: 'reply', reply: { status: 302 } })
    expect(call).toHaveBeenCalledTimes(1)
  })

  test('reads 64 KB of an endless body, and lets go of the rest', async () => {
    const { stream, state } = endless('x'.repeat(10_000), 0)
    answering(() => new Response(stream))
    const outcome = await callOut(request(), LOCAL)
    if (outcome.kind !== 'reply') throw new Error(outcome.kind)
    expect([outcome.reply.body.length, outcome.reply.cut]).toEqual([MOST_REPLY_BYTES, true])
    expect(state.sent).toBeLessThan(200_000)
    await vi.waitFor(() => expect(state.cancelled).toBe(true))
  })

  test('waits its time for a body that drips, and for an answer that never comes', async () => {
    const { stream } = endless('x', 20)
    answering(() => new Response(stream))
    const outcome = await callOut(request(), LOCAL, 200)
    expect(outcome).toMatchObject({ kind: 'reply', reply: { status: 200, cut: true } })
    answering(
      ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    )
    expect(await callOut(request(), LOCAL, 100)).toEqual({ kind: 'failed', reason: 'no answer within 0.1 s' })
  })

  test('takes what there is of a body that breaks off', async () => {
    let first = true
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (first) controller.enqueue(new TextEncoder().encode('abc'))
        else controller.error(new Error('connection lost'))
        first = false
      },
    })
    answering(() => new Response(broken))
    expect(await callOut(request(), LOCAL)).toMatchObject({
      kind: 'reply',
      reply: { status: 200, body: 'abc', cut: true },
    })
    answering(() => Promise.reject(new TypeError('Network connection lost.')))
    expect(await callOut(request(), LOCAL)).toEqual({ kind: 'failed', reason: 'no answer: Network connection lost.' })
  })
})
