import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ConfigStore } from '../../platform/config-store.ts'
import { mintWriteKey } from '../../platform/hashing.ts'
import { appKeyOf, secretKeyOf } from '../../platform/server-keys.ts'
import type { SourceRow } from '../../platform/source-row.ts'
import { aSourceRow, FakeDatabase, SECRET } from '../../test/support/fake-env.ts'
import { senderOf } from './authenticate-source.ts'
import { credentialOf } from './credentials.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})

const NOW = 1_800_000_000_000
const BODY = '{"batch":[{"type":"track","event":"Bestätigt ✓","userId":"u1"}]}'
let serial = 0

/** A source in a database of its own, a clock, and what a request comes to. */
function aGate(overrides: Partial<SourceRow> = {}) {
  serial += 1
  const id = `src_gate${serial}`
  const database = new FakeDatabase()
  const set = (row: Partial<SourceRow>) => {
    database.rows['sources'] = [aSourceRow({ id, kind: 'server', ...overrides, ...row })]
  }
  set({})
  const clock = { at: NOW }
  const deferred: Promise<unknown>[] = []
  const options = { now: () => clock.at, defer: (work: Promise<unknown>) => void deferred.push(work) }
  const configs = new ConfigStore(database as unknown as D1Database, options)
  const appKey = appKeyOf(SECRET, id)
  const secretKey = secretKeyOf(SECRET, id, 1)
  async function ask(headers: HeadersInit, body = BODY): Promise<unknown> {
    const request = new Request('https://t.example/v1/batch', { method: 'POST', headers, body })
    const credential = credentialOf(request)
    if (!credential) throw new Error('no credential')
    const env = { WRITE_KEY_SECRET: SECRET }
    const claimed = await senderOf(credential, { request, env, configs, now: clock.at })
    await Promise.all(deferred.splice(0))
    const result =
      claimed.ok && 'prove' in claimed.value ? claimed.value.prove(new TextEncoder().encode(body)) : claimed
    return result.ok ? ('trust' in result.value ? result.value.trust : 'unproven') : result.failure.code
  }
  return { id, database, set, clock, appKey, secretKey, ask }
}

const basic = (user: string, password = '') => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

function signed(appKey: string, secretKey: string, timestamp: number | string, body = BODY): Record<string, string> {
  const signature = createHmac('sha256', secretKey).update(`${timestamp}.${body}`).digest('hex')
  return { 'X-App-Key': appKey, 'X-Timestamp': String(timestamp), 'X-Signature': `sha256=${signature}` }
}

const SECONDS = NOW / 1_000

describe('a write key', () => {
  test('is public trust, also of a server source, in each of its forms', async () => {
    const gate = aGate()
    const key = mintWriteKey(SECRET, gate.id)
    for (const headers of [basic(key), { Authorization: `Bearer ${key}` }, { 'X-Write-Key': key }]) {
      expect(await gate.ask(headers as Record<string, string>)).toBe('public')
    }
  })

  test('that is made up costs no read, whatever it looks like', async () => {
    const gate = aGate()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z0-9]{4,12}$/), async (text, name) => {
        for (const key of [`wk_${text}`, `wk_${name}.${'a'.repeat(22)}`, `wk_${name}-2.${'a'.repeat(22)}`]) {
          expect(await gate.ask(basic(key.replaceAll(':', '')))).toBe('unauthorized')
        }
        expect(await gate.ask(basic(`ak_${name}.${'a'.repeat(22)}`, text))).toBe('unauthorized')
        expect(await gate.ask(signed(`ak_${name}.${'a'.repeat(22)}`, 'x', SECONDS))).toBe('unauthorized')
      }),
      { numRuns: 50 },
    )
    expect(gate.database.reads).toBe(0)
  })

  test('of a later generation does not work with the MAC of the first, nor the other way round', async () => {
    const gate = aGate({ write_key_now: 2 })
    const [first, second] = [mintWriteKey(SECRET, gate.id), mintWriteKey(SECRET, gate.id, 2)]
    expect([await gate.ask(basic(first)), await gate.ask(basic(second))]).toEqual(['public', 'public'])
    const [mac1, mac2] = [first.split('.')[1], second.split('.')[1]]
    expect(await gate.ask(basic(`${second.split('.')[0]}.${mac1}`))).toBe('unauthorized')
    expect(await gate.ask(basic(`${first.split('.')[0]}.${mac2}`))).toBe('unauthorized')
    expect(await gate.ask(basic(`${first.split('.')[0]}-1.${mac1}`))).toBe('unauthorized')
  })

  test('that was made a moment ago works at once, though the isolate has not heard of it', async () => {
    const gate = aGate()
    expect(await gate.ask(basic(mintWriteKey(SECRET, gate.id)))).toBe('public')
    gate.set({ write_key_from: 2, write_key_now: 2, secret_key_from: 2, secret_key_now: 2 })
    const second = secretKeyOf(SECRET, gate.id, 2)
    expect(await gate.ask(basic(mintWriteKey(SECRET, gate.id, 2)))).toBe('public')
    expect(await gate.ask(basic(gate.appKey, second))).toBe('server')
    expect(await gate.ask(signed(gate.appKey, second, SECONDS))).toBe('server')
    expect(gate.database.reads).toBe(1)
  })

  test('that was revoked stops within 5 seconds, under traffic and without', async () => {
    for (const step of [100, 4_999]) {
      const gate = aGate({ write_key_now: 2 })
      const old = basic(mintWriteKey(SECRET, gate.id))
      expect(await gate.ask(old)).toBe('public')
      gate.set({ write_key_from: 2, write_key_now: 2 })
      const from = gate.clock.at
      while (gate.clock.at + step < from + 5_000) {
        gate.clock.at += step
        await gate.ask(old)
      }
      gate.clock.at = from + 5_000
      expect(await gate.ask(old)).toBe('unauthorized')
      expect(await gate.ask(basic(mintWriteKey(SECRET, gate.id, 2)))).toBe('public')
    }
  })

  test('of a deleted source stops within 5 seconds', async () => {
    const gate = aGate()
    const key = basic(mintWriteKey(SECRET, gate.id))
    expect(await gate.ask(key)).toBe('public')
    gate.database.rows['sources'] = []
    gate.clock.at += 5_000
    expect(await gate.ask(key)).toBe('unauthorized')
  })

  test('once the isolate is warm, no request waits for a read', async () => {
    const gate = aGate()
    const key = basic(mintWriteKey(SECRET, gate.id))
    for (let i = 0; i < 1_000; i++) await gate.ask(key)
    expect(gate.database.reads).toBe(1)
  })
})

describe('an app key with its secret key', () => {
  test('is server trust', async () => {
    const gate = aGate()
    expect(await gate.ask(basic(gate.appKey, gate.secretKey))).toBe('server')
  })

  test('with a wrong, missing, cut, foreign or older secret key is refused', async () => {
    const [gate, other] = [aGate(), aGate()]
    const wrong = ['', 'sk_', 'пароль', gate.secretKey.slice(0, -1), `${gate.secretKey}x`, other.secretKey, gate.appKey]
    for (const secret of [...wrong, mintWriteKey(SECRET, gate.id)]) {
      expect([secret, await gate.ask(basic(gate.appKey, secret))]).toEqual([secret, 'unauthorized'])
    }
  })

  test('both generations work after a rotation, and only the new one after the revocation', async () => {
    const gate = aGate({ secret_key_now: 2 })
    const second = secretKeyOf(SECRET, gate.id, 2)
    expect(await gate.ask(basic(gate.appKey, gate.secretKey))).toBe('server')
    expect(await gate.ask(basic(gate.appKey, second))).toBe('server')
    gate.set({ secret_key_from: 2, secret_key_now: 2 })
    gate.clock.at += 5_000
    expect(await gate.ask(basic(gate.appKey, gate.secretKey))).toBe('unauthorized')
    expect(await gate.ask(basic(gate.appKey, second))).toBe('server')
  })

  test('is nothing for a source that is no server', async () => {
    const gate = aGate({ kind: 'web' })
    expect(await gate.ask(basic(gate.appKey, gate.secretKey))).toBe('unauthorized')
    expect(await gate.ask(signed(gate.appKey, gate.secretKey, SECONDS))).toBe('unauthorized')
  })

  test('while nothing can be read is 503, because it is trusted; a write key is accepted', async () => {
    const gate = aGate()
    gate.database.fault = new Error('D1 is down')
    expect(await gate.ask(basic(gate.appKey, gate.secretKey))).toBe('unavailable')
    expect(await gate.ask(signed(gate.appKey, gate.secretKey, SECONDS))).toBe('unavailable')
    expect(await gate.ask(basic(mintWriteKey(SECRET, gate.id)))).toBe('public')
  })
})

describe('a signed request', () => {
  test('is server trust, with any living secret key', async () => {
    const gate = aGate({ secret_key_now: 3, secret_key_from: 2 })
    for (const [generation, expected] of [
      [1, 'unauthorized'],
      [2, 'server'],
      [3, 'server'],
      [4, 'server'],
    ] as const) {
      const secretKey = secretKeyOf(SECRET, gate.id, generation)
      expect(await gate.ask(signed(gate.appKey, secretKey, SECONDS))).toBe(expected)
    }
  })

  test.each([
    [-300, 'server'],
    [300, 'server'],
    [-301, 'unauthorized'],
    [301, 'unauthorized'],
  ])('%i seconds off is %s', async (off, expected) => {
    const gate = aGate()
    expect(await gate.ask(signed(gate.appKey, gate.secretKey, SECONDS + off))).toBe(expected)
  })

  test.each(['', 'now', '-1', '1e9', `${SECONDS}.5`, String(NOW), '٣', '9'.repeat(30)])(
    'with the time %j is refused, though the signature is over it',
    async (timestamp) => {
      const gate = aGate()
      const headers = signed(gate.appKey, gate.secretKey, timestamp)
      headers['X-Timestamp'] = encodeURI(timestamp)
      expect(await gate.ask(headers)).toBe('unauthorized')
    },
  )

  test('over another body, another time or with another key is refused', async () => {
    const [gate, other] = [aGate(), aGate()]
    const headers = signed(gate.appKey, gate.secretKey, SECONDS)
    expect(await gate.ask(headers)).toBe('server')
    expect(await gate.ask(headers, BODY.replace('u1', 'u2'))).toBe('unauthorized')
    expect(await gate.ask(headers, `${BODY} `)).toBe('unauthorized')
    expect(await gate.ask(headers, '')).toBe('unauthorized')
    expect(await gate.ask({ ...headers, 'X-Timestamp': String(SECONDS + 1) })).toBe('unauthorized')
    expect(await gate.ask({ ...headers, 'X-App-Key': other.appKey })).toBe('unauthorized')
    expect(await gate.ask(signed(gate.appKey, other.secretKey, SECONDS))).toBe('unauthorized')
    const upper = (headers['X-Signature'] as string).toUpperCase().replace('SHA256', 'sha256')
    expect(await gate.ask({ ...headers, 'X-Signature': upper })).toBe('server')
  })

  test('without its signature is refused, even when a write key stands beside it', async () => {
    const gate = aGate()
    const { 'X-Signature': _, ...rest } = signed(gate.appKey, gate.secretKey, SECONDS)
    expect(await gate.ask({ ...rest, ...basic(mintWriteKey(SECRET, gate.id)) })).toBe('unauthorized')
  })
})

describe('the gate of a source', () => {
  const key = (id: string) => basic(mintWriteKey(SECRET, id))
  const from = (ip: string | undefined, id: string) => ({
    ...key(id),
    ...(ip === undefined ? {} : { 'CF-Connecting-IP': ip }),
  })

  test('disabled: 401, or 404 when a pause is meant', async () => {
    const gate = aGate({ enabled: 0 })
    expect(await gate.ask(key(gate.id))).toBe('unauthorized')
    const paused = aGate({ enabled: 0, settings: '{"whenDisabled":"pause"}' })
    expect(await paused.ask(key(paused.id))).toBe('not_found')
    expect(await paused.ask(basic(paused.appKey, paused.secretKey))).toBe('not_found')
    expect(await paused.ask(basic(paused.appKey, 'sk_wrong'))).toBe('unauthorized')
  })

  test.each([
    ['203.0.113.7', ['203.0.113.7'], true],
    ['203.0.113.8', ['203.0.113.7'], false],
    ['203.0.113.8', ['203.0.113.0/24'], true],
    ['203.0.114.8', ['198.51.100.1', '203.0.113.0/24'], false],
    ['::ffff:203.0.113.8', ['203.0.113.0/24'], true],
    ['203.0.113.8', ['::ffff:203.0.113.0/120'], true],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:DB8:0:0::1', ['2001:db8::1'], true],
    ['2001:db9::1', ['2001:db8::/32'], false],
    ['203.0.113.8', ['2001:db8::/32'], false],
    ['10.0.0.1', ['0.0.0.0/0'], true],
    ['not an address', ['0.0.0.0/0', '::/0'], false],
    [undefined, ['0.0.0.0/0'], false],
    ['10.0.0.1', [], true],
    [undefined, [], true],
  ])('from %s, with %j allowed: %s', async (ip, allowedIps, passes) => {
    const gate = aGate({ settings: JSON.stringify({ allowedIps }) })
    expect(await gate.ask(from(ip, gate.id))).toBe(passes ? 'public' : 'forbidden')
  })

  test('more often than it may: 429 until a place is free; who is refused costs no place', async () => {
    const gate = aGate({ settings: '{"rateLimitPerMinute":3,"allowedIps":["10.0.0.1"]}' })
    for (let i = 0; i < 5; i++) expect(await gate.ask(from('10.0.0.2', gate.id))).toBe('forbidden')
    for (let i = 0; i < 5; i++) expect(await gate.ask(signed(gate.appKey, 'guess', SECONDS))).toBe('unauthorized')
    const answers = []
    for (let i = 0; i < 5; i++) answers.push(await gate.ask(from('10.0.0.1', gate.id)))
    expect(answers).toEqual(['public', 'public', 'public', 'rate_limited', 'rate_limited'])
    gate.clock.at += 20_000
    expect(await gate.ask(from('10.0.0.1', gate.id))).toBe('public')
    expect(await gate.ask(from('10.0.0.1', gate.id))).toBe('rate_limited')
  })

  test('one source’s limit is none of another’s', async () => {
    const [gate, other] = [
      aGate({ settings: '{"rateLimitPerMinute":1}' }),
      aGate({ settings: '{"rateLimitPerMinute":1}' }),
    ]
    expect(await gate.ask(key(gate.id))).toBe('public')
    expect(await gate.ask(key(gate.id))).toBe('rate_limited')
    expect(await other.ask(key(other.id))).toBe('public')
  })
})
