import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { webhookTools } from '../../platform/webhook-tools.ts'
import { HOOK_URL, requestOf } from '../../test/support/provider-signers.ts'
import type { HookSettings } from './hook-request.ts'
import { providers } from './index.ts'
import type { ProviderName } from './provider.ts'

/** What is particular to one scheme; what all have in common is provider.test.ts. */
const tools = webhookTools(async () => undefined)
const NOW = 1_790_000_000_000
const AT = String(NOW / 1_000)
const hmac = (algorithm: string, key: string | Buffer, text: string) => createHmac(algorithm, key).update(text)

interface Sent {
  readonly headers: Record<string, string>
  readonly body?: string
  readonly query?: string
  readonly method?: string
}

async function judged(
  name: ProviderName,
  { body = '', headers, query = '', method = 'POST' }: Sent,
  settings: Partial<HookSettings>,
) {
  const request = { ...requestOf({ body, headers, query }), method }
  const verdict = await providers[name].verify(request, { secrets: [], publicUrl: HOOK_URL, ...settings }, tools, NOW)
  return verdict.ok ? 'verified' : verdict.refusal
}

describe('Standard Webhooks', () => {
  const key = Buffer.alloc(32, 9)
  const secrets = [`whsec_${key.toString('base64')}`]
  const body = '{"type":"x"}'
  const v1 = (id: string, at = AT) => `v1,${hmac('sha256', key, `${id}.${at}.${body}`).digest('base64')}`
  const sent = (id: string, signature: string, at = AT) => ({
    body,
    headers: { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature },
  })

  test('an id with a dot could be read in two ways, so it is none', async () => {
    expect(await judged('standard-webhooks', sent('a.b', v1('a.b')), { secrets })).toBe('malformed')
  })

  test.each(['1e9', `+${AT}`, `${AT}.0`, ` ${AT}`, '', '-1', '0x6b'])('the time %j is none', async (at) => {
    expect(['malformed', 'missing']).toContain(
      await judged('standard-webhooks', sent('a', v1('a', at), at), { secrets }),
    )
  })

  test('any signature of the list may match, and those of other versions say nothing', async () => {
    expect(await judged('standard-webhooks', sent('a', `v1,AAAA v2,x junk ${v1('a')}`), { secrets })).toBe('verified')
    expect(await judged('standard-webhooks', sent('a', v1('a').replace('v1,', 'v2,')), { secrets })).toBe('mismatch')
    expect(await judged('standard-webhooks', sent('a', v1('a').replace('v1,', 'v1a,')), { secrets })).toBe('mismatch')
  })

  test('the names of one family are never mixed with those of the other', async () => {
    const { headers } = sent('a', v1('a'))
    const mixed = { 'svix-id': 'a', 'webhook-timestamp': AT, 'webhook-signature': headers['webhook-signature'] }
    expect(await judged('standard-webhooks', { body, headers: mixed }, { secrets })).toBe('missing')
  })

  test('Ed25519: a public key, or a private one in either form', async () => {
    const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair
    const raw = Buffer.from((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer)
    const seed = Buffer.from((await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer).subarray(-32)
    const signature = Buffer.from(
      await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, Buffer.from(`a.${AT}.${body}`)),
    )
    const good = sent('a', `v1a,${signature.toString('base64')}`)
    const keys = [
      `whpk_${raw.toString('base64')}`,
      `whsk_${seed.toString('base64')}`,
      `whsk_${Buffer.concat([seed, raw]).toString('base64')}`,
    ]
    for (const each of keys) expect(await judged('standard-webhooks', good, { secrets: [each] })).toBe('verified')
    expect(await judged('standard-webhooks', { ...good, body: `${body} ` }, { secrets: keys })).toBe('mismatch')
    // A public key is public: it must never serve as the key of an HMAC.
    const forged = `v1,${hmac('sha256', raw, `a.${AT}.${body}`).digest('base64')}`
    expect(await judged('standard-webhooks', sent('a', forged), { secrets: keys })).toBe('mismatch')
  })
})

describe('Twilio', () => {
  const secrets = ['token']
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const sign = (text: string) => hmac('sha1', 'token', text).digest('base64')
  const post = (body: string, signed: string, settings: Partial<HookSettings> = {}, query = '') =>
    judged(
      'twilio',
      { body, query, headers: { ...form, 'x-twilio-signature': sign(signed) } },
      { secrets, ...settings },
    )

  test('names are sorted by code unit, values of one name are distinct and sorted, empty and unknown ones count', async () => {
    expect(await post('b=2&a=1&B=0&e=&a=3&a=1', `${HOOK_URL}B0a1a3b2e`)).toBe('verified')
    expect(await post('b=2&a=1&B=0&e=&a=3&a=1', `${HOOK_URL}a1a3B0b2e`)).toBe('mismatch')
    expect(await post('a=1+2%2B', `${HOOK_URL}a1 2+`)).toBe('verified')
    expect(await post('a=%zz', `${HOOK_URL}a%zz`)).toBe('malformed')
  })

  test.each([
    ['with the standard port', 'https://h.example/p?x=1', 'https://h.example:443/p?x=1'],
    ['without its port', 'https://h.example:8443/p?x=1', 'https://h.example/p?x=1'],
    ['without the fragment', 'https://h.example/p?x=1#rc=2', 'https://h.example/p?x=1'],
    ['with the host as it was written', 'https://H.Example/p', 'https://H.Example/p'],
    ['with its credentials', 'https://u:p@h.example/p', 'https://u:p@h.example/p'],
    ['with the query written the old way', "https://h.example/p?a=x y'&b", "https://h.example/p?a=x%20y'&b="],
    ['without a path', 'https://h.example', 'https://h.example/'],
  ])('the address is also tried %s', async (_, publicUrl, signed) => {
    expect(await post('a=1', `${signed}a1`, { publicUrl })).toBe('verified')
    expect(await post('a=1', `${signed}/otherа1`, { publicUrl })).toBe('mismatch')
  })

  test('of a JSON body the hash is signed in the address, and both must match', async () => {
    const body = '{"a":1}'
    const query = `x=1&bodySHA256=${createHash('sha256').update(body).digest('hex')}`
    const headers = { 'content-type': 'application/json', 'x-twilio-signature': sign(`${HOOK_URL}?${query}`) }
    expect(await judged('twilio', { body, query, headers }, { secrets })).toBe('verified')
    expect(await judged('twilio', { body: '{"a":2}', query, headers }, { secrets })).toBe('mismatch')
    expect(await judged('twilio', { body, query: 'x=1', headers }, { secrets })).toBe('malformed')
    // Called a form, it is still the hash that was signed.
    expect(await judged('twilio', { body: 'a=2', query, headers: { ...headers, ...form } }, { secrets })).toBe(
      'mismatch',
    )
  })
})

describe('Mandrill', () => {
  test('the word of the probe opens an empty list and nothing else', async () => {
    const probe = (body: string, text: string) =>
      judged(
        'mandrill',
        { body, headers: { 'x-mandrill-signature': hmac('sha1', 'test-webhook', HOOK_URL + text).digest('base64') } },
        { secrets: ['key'] },
      )
    expect(await probe('mandrill_events=%5B%5D', 'mandrill_events[]')).toBe('verified')
    expect(await probe('mandrill_events=%5B1%5D', 'mandrill_events[1]')).toBe('mismatch')
    expect(await probe('mandrill_events=%5B%5D&x=1', 'mandrill_events[]x1')).toBe('mismatch')
    expect(await probe('mandrill_events=%5B%5D&mandrill_events=%5B1%5D', 'mandrill_events[]mandrill_events[1]')).toBe(
      'mismatch',
    )
  })
})

describe('HubSpot', () => {
  const secrets = ['client-secret']
  const body = '[]'
  const v3 = (url: string) => hmac('sha256', 'client-secret', `POST${url}${body}${NOW}`).digest('base64')
  const v1 = createHash('sha256').update(`client-secret${body}`).digest('hex')
  const v2 = createHash('sha256').update(`client-secretPOST${HOOK_URL}${body}`).digest('hex')

  test('some escapes of the address are undone before it is signed, others are not', async () => {
    const query = 'q=%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B%20%25'
    const headers = {
      'x-hubspot-signature-v3': v3(`${HOOK_URL}?q=:/?@!$'()*,;%20%25`),
      'x-hubspot-request-timestamp': String(NOW),
    }
    expect(await judged('hubspot', { body, query, headers }, { secrets })).toBe('verified')
  })

  test('the older schemes count only where they were asked for, and never beside a v3', async () => {
    const old = (signature: string, version: string) => ({
      body,
      headers: { 'x-hubspot-signature': signature, 'x-hubspot-signature-version': version },
    })
    for (const sent of [old(v1, 'v1'), old(v2, 'v2')]) {
      expect(await judged('hubspot', sent, { secrets })).toBe('missing')
      expect(await judged('hubspot', sent, { secrets, legacySignatures: true })).toBe('verified')
      const beside = {
        ...sent,
        headers: { ...sent.headers, 'x-hubspot-signature-v3': v3('x'), 'x-hubspot-request-timestamp': String(NOW) },
      }
      expect(await judged('hubspot', beside, { secrets, legacySignatures: true })).toBe('mismatch')
    }
    expect(await judged('hubspot', old(v1, 'v2'), { secrets, legacySignatures: true })).toBe('mismatch')
  })
})

describe('Stripe', () => {
  const v1 = hmac('sha256', 'whsec_a', `${AT}.x`).digest('hex')
  const sent = (signature: string) =>
    judged('stripe', { body: 'x', headers: { 'stripe-signature': signature } }, { secrets: ['whsec_a'] })

  test.each([
    [`t=${AT},v1=${v1}`, 'verified'],
    [`t=${AT},v1=${'0'.repeat(64)},v1=${v1}`, 'verified'],
    [`t=${AT}, v1=${v1}, v0=${'0'.repeat(64)}`, 'verified'],
    [`t=${AT},v0=${v1}`, 'malformed'],
    [`t=${AT},t=${AT},v1=${v1}`, 'malformed'],
    [`t=${AT}0,v1=${v1}`, 'mismatch'],
    [`t=${AT},v1=${v1.slice(0, -2)}`, 'mismatch'],
    [`t=${AT},v1=${v1}g`, 'malformed'],
    ['', 'missing'],
  ])('%s is %s', async (signature, verdict) => {
    expect(await sent(signature)).toBe(verdict)
  })
})

describe('providers that sign nothing', () => {
  const basicAuth = { user: 'hook', password: 'a:b' }
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })

  test.each<[string, Record<string, string>, Partial<HookSettings>, string]>([
    ['Basic', basic('hook:a:b'), { basicAuth }, 'verified'],
    [
      'Basic in another case',
      { authorization: basic('hook:a:b').authorization.replace('Basic', 'bAsIc') },
      { basicAuth },
      'verified',
    ],
    ['another password', basic('hook:a:c'), { basicAuth }, 'mismatch'],
    ['another user', basic('hook2:a:b'), { basicAuth }, 'mismatch'],
    ['Basic that is no base64', { authorization: 'Basic %%%' }, { basicAuth }, 'malformed'],
    ['a bearer token', { authorization: 'Bearer t0k' }, { bearerToken: 't0k' }, 'verified'],
    ['one of the secrets as a bearer token', { authorization: 'Bearer new' }, { secrets: ['old', 'new'] }, 'verified'],
    [
      'one of the secrets in the header of one’s own',
      { 'x-webhook-token': 'old' },
      { secrets: ['old', 'new'] },
      'verified',
    ],
    ['the password as a bearer token', { authorization: 'Bearer a:b' }, { basicAuth }, 'mismatch'],
    ['an empty bearer token', { authorization: 'Bearer ' }, { bearerToken: 't0k' }, 'mismatch'],
    ['a blank token that is configured', { authorization: 'Bearer  ' }, { bearerToken: ' ' }, 'not_configured'],
    ['nothing', {}, { basicAuth }, 'missing'],
  ])('%s', async (_, headers, settings, verdict) => {
    for (const name of ['postmark', 'brevo', 'salesforce'] as const)
      expect(await judged(name, { body: '{}', headers }, settings)).toBe(verdict)
  })
})
