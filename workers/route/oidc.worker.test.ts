import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aMember } from '../../test/support/grant.ts'
import { anOidcProvider, type Misbehaviour, type OidcProviderFake } from '../../test/support/oidc-provider.ts'
import { type Api, apiOf, aToken } from '../../test/support/token.ts'
import { aWorkspace } from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

/** Signing in with a provider: the whole way of a browser, and every way in which it must not work. */
const ISSUER = 'https://id.example.com'
const SITE = 'https://t.example'
const ADA = { sub: 'ada-1', email: 'Ada@Shop.example', name: 'Ada Lovelace' }

let workspace: string
let api: Api
let provider: OidcProviderFake
let address = 0

beforeEach(async () => {
  workspace = (await aWorkspace()).id
  api = apiOf((await aToken(workspace)).text)
  provider = await anOidcProvider(ISSUER, ADA)
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => provider.answer(new Request(input as string, init)))
  await env.DB.prepare('DELETE FROM oidc_providers').run()
})
afterEach(() => vi.restoreAllMocks())

const settings = (more: object = {}) => ({
  label: 'Shop ID',
  issuer: ISSUER,
  clientId: provider.clientId,
  clientSecret: provider.clientSecret,
  domains: { 'shop.example': 'operator' },
  ...more,
})

async function setUp(more: object = {}) {
  const { status, json } = await api('PUT', '/api/v1/oidc', settings(more))
  expect([status, json]).toEqual([200, json])
  return json
}

/** One browser: it keeps cookies, and goes where it is led when it is told to. */
function aBrowser() {
  const cookies = new Map<string, string>()
  const ip = `198.51.100.${(address += 1) % 250}`
  return {
    cookies,
    async go(to: string) {
      const headers = {
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'CF-Connecting-IP': ip,
      }
      const url = new URL(to, SITE)
      const request = new Request(url, { headers, redirect: 'manual' })
      const answer =
        url.origin === SITE
          ? await handleRequest(request, env, createExecutionContext())
          : await provider.answer(request)
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';')
        const at = pair.indexOf('=')
        if (line.includes('Max-Age=0')) cookies.delete(pair.slice(0, at))
        else cookies.set(pair.slice(0, at), pair.slice(at + 1))
      }
      return { status: answer.status, location: answer.headers.get('Location') ?? '', text: await answer.text() }
    },
  }
}

async function signedIn(browser = aBrowser(), next = '') {
  const begin = await browser.go(`/sign-in/oidc?workspace=${workspace}${next}`)
  const atProvider = await browser.go(begin.location)
  const end = await browser.go(atProvider.location)
  return { begin, back: atProvider.location, end, session: browser.cookies.get('tributary_session') }
}

const members = async () => (await api('GET', '/api/v1/members')).json['members'] as Record<string, unknown>[]

describe('signing in with a provider', () => {
  test('makes who comes from a named domain a member, with its role, and remembers them', async () => {
    await setUp()
    const browser = aBrowser()
    const { begin, end, session } = await signedIn(browser, '&next=%2Flive%3Foutcome%3Drejected')
    const asked = new URL(begin.location)
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      redirect_uri: `${SITE}/sign-in/oidc/callback`,
    })
    expect([end.status, end.location, session !== undefined]).toEqual([303, '/live?outcome=rejected', true])
    const who = JSON.parse((await browser.go('/api/v1/session')).text)
    expect(who).toMatchObject({
      workspace,
      role: 'operator',
      member: { email: 'ada@shop.example', name: 'Ada Lovelace' },
    })
    expect(await members()).toMatchObject([{ email: 'ada@shop.example', role: 'operator', state: 'active' }])
    await signedIn()
    expect(await members()).toHaveLength(1)
    const { json } = await api('GET', '/api/v1/audit?limit=4')
    const actions = (json['entries'] as { action: string }[]).map(({ action }) => action)
    expect(actions.sort()).toEqual(['createMember', 'setOidc', 'signIn', 'signIn'])
  })

  test('lets a member in from any domain, with the role they were given', async () => {
    await setUp({ domains: {} })
    const { id } = await aMember(workspace, 'analyst', 'ada@shop.example')
    const browser = aBrowser()
    await signedIn(browser)
    expect(JSON.parse((await browser.go('/api/v1/session')).text)).toMatchObject({
      member: { id },
      role: 'analyst',
      masked: true,
    })
  })

  test('leads nowhere but to a page of ours', async () => {
    await setUp()
    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:x'])
      expect((await signedIn(aBrowser(), `&next=${encodeURIComponent(next)}`)).end.location).toBe('/')
  })

  test('without a client secret is the way of a public client', async () => {
    await setUp({ clientSecret: null })
    const heard: (string | null)[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const request = new Request(input as string, init)
      if (request.url.endsWith('/token')) heard.push(request.headers.get('Authorization'))
      return provider.answer(request)
    })
    await signedIn()
    expect(heard).toEqual([null])
  })
})

const refusal = (failed: string) => `/sign-in?${new URLSearchParams({ failed, workspace })}`

describe('nobody is let in', () => {
  const later = () => Math.floor(Date.now() / 1_000)
  const cases: readonly (readonly [string, () => Misbehaviour, string])[] = [
    ['with another nonce', () => ({ claims: { nonce: 'another' } }), 'provider'],
    ['without a nonce', () => ({ claims: { nonce: undefined } }), 'provider'],
    ['by another issuer', () => ({ claims: { iss: 'https://evil.example' } }), 'provider'],
    ['with a token for another client', () => ({ claims: { aud: 'somebody-else' } }), 'provider'],
    [
      'with a token for several that another one asked for',
      () => ({ claims: { aud: ['tributary-test', 'x'], azp: 'x' } }),
      'provider',
    ],
    ['with an expired token', () => ({ claims: { iat: later() - 900, exp: later() - 300 } }), 'provider'],
    ['with a token that is signed by nobody', () => ({ algorithm: 'none' }), 'provider'],
    ['with a token that is signed with the client secret', () => ({ algorithm: 'HS256' }), 'provider'],
    ['with a token that is signed by another key', () => ({ otherKey: true }), 'provider'],
    ['when the code is not taken', () => ({ tokenStatus: 400 }), 'provider'],
    ['with an address that is not verified', () => ({ claims: { email_verified: false } }), 'unverified'],
    ['with an address of which nothing is said', () => ({ claims: { email_verified: undefined } }), 'unverified'],
    ['with an address that is verified in words', () => ({ claims: { email_verified: 'true' } }), 'unverified'],
    ['without an address', () => ({ claims: { email: undefined } }), 'unverified'],
    ['from a domain that is not named', () => ({ claims: { email: 'ada@else.example' } }), 'stranger'],
    ['from below a domain that is named', () => ({ claims: { email: 'ada@x.shop.example' } }), 'stranger'],
    ['with the named domain as a user', () => ({ claims: { email: '"a@shop.example"@evil.example' } }), 'stranger'],
  ]
  test.each(cases)('%s', async (_, wrong, failed) => {
    await setUp()
    provider.now = { person: ADA, wrong: wrong() }
    const { end, session } = await signedIn()
    expect([end.location, session]).toEqual([refusal(failed), undefined])
    expect(await members()).toEqual([])
  })

  test('twice with one return, also not with all that the browser had', async () => {
    await setUp()
    const browser = aBrowser()
    const begin = await browser.go(`/sign-in/oidc?workspace=${workspace}`)
    const kept = new Map(browser.cookies)
    const atProvider = await browser.go(begin.location)
    expect((await browser.go(atProvider.location)).location).toBe('/')
    const thief = aBrowser()
    for (const [name, value] of kept) thief.cookies.set(name, value)
    expect([(await thief.go(atProvider.location)).location, thief.cookies.has('tributary_session')]).toEqual([
      refusal('ended'),
      false,
    ])
  })

  test('in another browser than the one that began it, with another state, or too late', async () => {
    await setUp()
    const browser = aBrowser()
    const begin = await browser.go(`/sign-in/oidc?workspace=${workspace}`)
    const { location } = await browser.go(begin.location)
    expect((await aBrowser().go(location)).location).toBe('/sign-in?failed=ended')
    const forged = new URL(location)
    forged.searchParams.set('state', 'forged')
    expect((await browser.go(forged.toString())).location).toBe(refusal('ended'))
    const again = aBrowser()
    const second = await again.go(`/sign-in/oidc?workspace=${workspace}`)
    const back = await again.go(second.location)
    vi.useFakeTimers({ now: Date.now() + 11 * 60_000, toFake: ['Date'] })
    try {
      expect((await again.go(back.location)).location).toBe('/sign-in?failed=ended')
    } finally {
      vi.useRealTimers()
    }
  })

  test('who said no at the provider', async () => {
    await setUp()
    const browser = aBrowser()
    const begin = await browser.go(`/sign-in/oidc?workspace=${workspace}`)
    const state = new URL(begin.location).searchParams.get('state')
    const end = await browser.go(`/sign-in/oidc/callback?error=access_denied&state=${state}`)
    expect(end.location).toBe(refusal('denied'))
  })

  test('who was given the address of somebody that left: the provider knows them as another', async () => {
    await setUp()
    await signedIn()
    provider.now = { person: { ...ADA, sub: 'another-ada' }, wrong: {} }
    expect((await signedIn()).end.location).toBe(refusal('stranger'))
  })

  test('where no provider was named, or it names another one', async () => {
    expect((await aBrowser().go(`/sign-in/oidc?workspace=${workspace}`)).location).toBe(refusal('provider'))
    await setUp()
    provider.now = { person: ADA, wrong: { documentIssuer: 'https://evil.example' } }
    expect((await aBrowser().go(`/sign-in/oidc?workspace=${workspace}`)).location).toBe(refusal('provider'))
  })

  test('more often than a person would try', async () => {
    await setUp()
    const browser = aBrowser()
    const statuses = await Promise.all(
      Array.from({ length: 40 }, async () => (await browser.go('/sign-in/oidc?workspace=none')).status),
    )
    expect([statuses.includes(303), statuses.includes(429)]).toEqual([true, true])
  })
})

describe('the provider of a workspace', () => {
  test('is shown without its secret, keeps it when none is given, and is told what to lead back to', async () => {
    expect((await api('GET', '/api/v1/oidc')).status).toBe(404)
    await setUp()
    const { json } = await api('GET', '/api/v1/oidc')
    expect(json).toMatchObject({
      label: 'Shop ID',
      hasClientSecret: true,
      redirectUri: `${SITE}/sign-in/oidc/callback`,
    })
    const row = await env.DB.prepare('SELECT * FROM oidc_providers WHERE workspace = ?').bind(workspace).first()
    const audit = (await api('GET', '/api/v1/audit')).json
    expect(JSON.stringify([json, row, audit])).not.toContain(provider.clientSecret)
    expect((await api('PUT', '/api/v1/oidc', { ...json, label: 'Else' })).json).toMatchObject({
      label: 'Else',
      hasClientSecret: true,
    })
    expect((await signedIn()).end.location).toBe('/')
    // A secret is not told to another client or another server because nobody thought of it.
    const other = { ...json, clientId: 'another' }
    expect((await api('PUT', '/api/v1/oidc', other)).json).toMatchObject({ hasClientSecret: false })
    expect((await api('DELETE', '/api/v1/oidc')).status).toBe(204)
    expect((await api('DELETE', '/api/v1/oidc')).status).toBe(404)
  })

  test('is looked at when it is saved: what is wrong stands at the field', async () => {
    for (const [more, status] of [
      [{ issuer: 'http://id.example.com' }, 422],
      [{ issuer: 'https://127.0.0.1' }, 422],
      [{ issuer: 'https://id.example.com/elsewhere' }, 422],
      [{ issuer: 'no address' }, 400],
    ] as const) {
      const answer = await api('PUT', '/api/v1/oidc', settings(more))
      expect([answer.status, answer.json['errors']]).toMatchObject([status, [{ path: 'issuer' }]])
    }
    const domains = await api('PUT', '/api/v1/oidc', settings({ domains: { 'not a domain': 'admin' } }))
    expect(domains.status).toBe(400)
  })

  test('gives nobody more than who named it may', async () => {
    const poor = apiOf((await aToken(workspace, ['members:write', 'profiles:read'])).text)
    expect((await poor('PUT', '/api/v1/oidc', settings({ domains: { 'shop.example': 'admin' } }))).status).toBe(403)
  })

  test('is offered by the sign-in page: of the workspace that is named, or of the only one that has any', async () => {
    const options = async (query = '') => (await apiOf('none')('GET', `/api/v1/session/options${query}`)).json['oidc']
    expect(await options()).toBeNull()
    await setUp()
    const offered = { workspace, label: 'Shop ID', url: `/sign-in/oidc?workspace=${workspace}` }
    expect([await options(), await options(`?workspace=${workspace}`), await options('?workspace=none')]).toEqual([
      offered,
      offered,
      null,
    ])
    const other = (await aWorkspace()).id
    await apiOf((await aToken(other)).text)('PUT', '/api/v1/oidc', settings())
    expect(await options()).toBeNull()
  })
})
