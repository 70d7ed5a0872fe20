import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Api, anApi } from '../../test/support/api.ts'
import { anEdge } from '../../test/support/edge.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  profileOf,
  type TestWorkspace,
  timelineOf,
} from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36'
const ONE_CLICK = 'List-Unsubscribe=One-Click'
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

let ws: TestWorkspace
let api: Api
let rival: Api
let edge: ReturnType<typeof anEdge>
let person = 0
let ref = ''

beforeAll(async () => {
  ws = await aWorkspace()
})

beforeEach(async () => {
  edge = anEdge()
  api = await anApi(ws.id, ['*'], edge.env)
  rival = await anApi((await aWorkspace()).id, ['*'], edge.env)
  person += 1
  ref = `user_id:u${person}`
  await deliver([aMessage(ws, [{ type: 'identify', userId: `u${person}` }])])
})

/** One that has read no configuration yet: caches belong to the binding. */
function anotherIsolate(): void {
  edge.env.DB = new Proxy(env.DB, {
    get(db, name) {
      const value = Reflect.get(db, name) as unknown
      return typeof value === 'function' ? value.bind(db) : value
    },
  })
}

/** A new link's path, or what the API said. */
async function link(fields: object, by = api): Promise<string> {
  const body = { kind: 'click', profile: ref, channel: 'email', ...fields }
  const { status, json } = await by.call('POST', '/api/v1/links', body)
  expect([status, json]).toEqual([201, { url: expect.any(String), expiresAt: expect.any(String) }])
  return json.url
}

async function follow(url: string, init: RequestInit = {}) {
  const ctx = createExecutionContext()
  const headers = { 'User-Agent': BROWSER, 'Accept-Language': 'en', ...init.headers }
  const response = await handleRequest(new Request(url, { ...init, headers, redirect: 'manual' }), edge.env, ctx)
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  return { status: response.status, headers: response.headers, text, location: response.headers.get('Location') }
}

async function events() {
  await edge.deliver()
  const { id } = await profileOf(ws, 'user_id', `u${person}`)
  return (await timelineOf(ws, id)).filter(({ type }) => type === 'track')
}

const consents = async () => (await api.call('GET', `/api/v1/profiles/${ref}/consents`)).json

describe('making a link', () => {
  test('gives an address where it was asked for, with the letter of its kind', async () => {
    expect(await link({ kind: 'open' })).toMatch(/^https:\/\/t\.example\/t\/o\/[\w-]+$/)
    expect(await link({ url: 'https://a.example' })).toMatch(/^https:\/\/t\.example\/t\/c\/[\w-]+$/)
    expect(await link({ kind: 'unsubscribe' })).toMatch(/^https:\/\/t\.example\/t\/u\/[\w-]+$/)
  })

  test("stands under the workspace's own domain, if it has one", async () => {
    const own = await aWorkspace({ tracking: { domain: 'go.acme.example' } })
    await deliver([aMessage(own, [{ type: 'identify', userId: 'x' }])])
    const url = await link({ profile: 'user_id:x', kind: 'open' }, await anApi(own.id, ['*'], edge.env))
    expect(url).toMatch(/^https:\/\/go\.acme\.example\/t\/o\//)
  })

  test.each([
    ['a script', { url: 'javascript:alert(1)' }, 'url'],
    ['another host', { url: '//evil.example' }, 'url'],
    ['user info', { url: 'https://good.example@evil.example' }, 'url'],
    ['a blank', { url: ' https://good.example' }, 'url'],
    ['a host that no browser reads', { url: 'https://300.300.300.300/' }, 'url'],
    ['no target', {}, 'url'],
    ['an end that has passed', { url: 'https://a.example', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  ])('with %s is 422 and names the field', async (_, fields, path) => {
    const body = { kind: 'click', profile: ref, channel: 'email', ...fields }
    const { status, json } = await api.call('POST', '/api/v1/links', body)
    expect([status, json.errors[0].path]).toEqual([422, path])
  })

  test.each([
    ['another kind', { kind: 'look' }, 'kind'],
    ['a channel that is no name', { channel: 'E Mail' }, 'channel'],
    ['an end that is no time', { expiresAt: 'soon' }, 'expiresAt'],
    ['an unknown field', { target: 'x' }, 'target'],
  ])('with %s is 400 and names the field', async (_, fields, path) => {
    const body = { kind: 'open', profile: ref, channel: 'email', ...fields }
    const { status, json } = await api.call('POST', '/api/v1/links', body)
    expect([status, json.errors[0].path]).toEqual([400, path])
  })

  test('for nobody, or for somebody of another workspace, is 404', async () => {
    const { id } = await profileOf(ws, 'user_id', `u${person}`)
    for (const [by, profile] of [
      [api, 'user_id:nobody'],
      [api, 'x'],
      [rival, ref],
      [rival, id],
    ] as const)
      expect((await by.call('POST', '/api/v1/links', { kind: 'open', profile, channel: 'email' })).status).toBe(404)
  })
})

describe('an image', () => {
  test('is one point that nobody keeps, and tells who opened it', async () => {
    const opened = await follow(await link({ kind: 'open', campaign: 'spring', delivery: 'd1' }))
    expect([opened.status, opened.headers.get('Content-Type'), opened.headers.get('Cache-Control')]).toEqual([
      200,
      'image/gif',
      'no-store',
    ])
    expect(opened.text.slice(0, 6)).toBe('GIF89a')
    expect(opened.headers.get('Content-Length')).toBe('43')
    expect(opened.headers.get('Set-Cookie')).toBeNull()
    const [event, ...more] = await events()
    expect(more).toEqual([])
    expect(event).toMatchObject({ name: 'Email Opened', source: `tracking@${ws.id}`, context: { userAgent: BROWSER } })
    expect(event?.properties).toEqual({
      channel: 'email',
      type: 'opened',
      campaign: 'spring',
      delivery: 'd1',
      verdict: 'human',
      reasons: ['too_fast'],
    })
  })

  test('loaded twice at once was opened once; the proxy before the person is another visit', async () => {
    const url = await link({ kind: 'open' })
    await follow(url, { headers: { 'User-Agent': 'Mozilla/5.0' } })
    await follow(url)
    await follow(url)
    expect((await events()).map(({ properties }) => properties['verdict']).sort()).toEqual(['human', 'proxy'])
  })

  test('asked for with HEAD has no body and was scanned', async () => {
    const opened = await follow(await link({ kind: 'open' }), { method: 'HEAD' })
    expect([opened.status, opened.text]).toEqual([200, ''])
    expect((await events()).map(({ properties }) => properties['verdict'])).toEqual(['scanner'])
  })

  test('is there for a bad token as well, and then nothing is recorded', async () => {
    const url = await link({ kind: 'open' })
    const expiring = await link({ kind: 'open', expiresAt: new Date(Date.now() + 1_100).toISOString() })
    const click = (await link({ url: 'https://a.example' })).replace('/t/c/', '/t/o/')
    await new Promise((resume) => setTimeout(resume, 1_150))
    for (const bad of [
      `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`,
      'https://t.example/t/o/x',
      expiring,
      click,
    ]) {
      const opened = await follow(bad)
      expect([opened.status, opened.headers.get('Content-Type')]).toEqual([200, 'image/gif'])
    }
    expect(edge.accepted()).toEqual([])
  })
})

describe('a click', () => {
  test.each(['https://shop.example/sale?item=1&b=%20#top', 'https://shop.example', 'http://localhost:3000/x'])(
    'leads to %s exactly',
    async (target) => {
      const followed = await follow(await link({ url: target, channel: 'sms' }))
      expect([followed.status, followed.location, followed.text]).toEqual([302, target, ''])
      expect(followed.headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(followed.headers.get('Cache-Control')).toBe('no-store')
      const [event] = await events()
      expect(event).toMatchObject({
        name: 'SMS Link Clicked',
        properties: { url: target, channel: 'sms', verdict: 'human' },
      })
    },
  )

  test('to a name in another script is led in letters that a header can carry', async () => {
    const followed = await follow(await link({ url: 'https://läden.example/größe' }))
    expect(followed.location).toBe('https://xn--lden-loa.example/gr%C3%B6%C3%9Fe')
  })

  test('with HEAD leads there as well, and was a scanner', async () => {
    const followed = await follow(await link({ url: 'https://a.example/' }), { method: 'HEAD' })
    expect([followed.status, followed.location]).toEqual([302, 'https://a.example/'])
    expect((await events())[0]?.properties).toMatchObject({ verdict: 'scanner', machine: true })
  })

  test('by a token that was changed, has expired, is of another kind, or made up is a plain 404 page', async () => {
    const url = await link({ url: 'https://a.example' })
    const expiring = await link({ url: 'https://a.example', expiresAt: new Date(Date.now() + 1_100).toISOString() })
    const open = (await link({ kind: 'open' })).replace('/t/o/', '/t/c/')
    await new Promise((resume) => setTimeout(resume, 1_150))
    for (const bad of [
      url.replace(/.{5}$/, 'AAAAA'),
      expiring,
      open,
      'https://t.example/t/c/aHR0cHM6Ly9ldmlsLmV4YW1wbGU',
    ]) {
      const followed = await follow(`${bad}?url=https://evil.example`)
      expect([followed.status, followed.location, followed.headers.get('Content-Type')]).toEqual([
        404,
        null,
        'text/html; charset=utf-8',
      ])
      expect(followed.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
      expect(followed.text).not.toContain('evil')
    }
    expect(edge.accepted()).toEqual([])
  })

  test('leads there although nothing can be recorded', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const url = await link({ url: 'https://a.example' })
    edge.events.fault = new Error('the queue is down')
    edge.env.LAKE = { put: () => Promise.reject(new Error('R2 is down')) } as unknown as R2Bucket
    expect((await follow(url)).status).toBe(302)
  })

  test('after a merge belongs to the one person, and after its undoing to whom it was made for', async () => {
    await deliver([aMessage(ws, [{ type: 'identify', userId: `twin${person}` }])])
    const twin = `user_id:twin${person}`
    const url = await link({ url: 'https://a.example', profile: twin })
    expect((await api.call('POST', `/api/v1/profiles/${ref}/merge`, { with: twin })).status).toBe(200)
    await follow(url)
    expect((await events()).map(({ name }) => name)).toEqual(['Email Link Clicked'])
    const { merges } = (await api.call('GET', `/api/v1/profiles/${ref}/identity`)).json
    await api.call('POST', `/api/v1/profiles/${ref}/unmerge`, { mergeId: merges[0].mergeId })
    expect(await events()).toEqual([])
    const { id } = await profileOf(ws, 'user_id', `twin${person}`)
    expect((await timelineOf(ws, id)).map(({ name }) => name)).toContain('Email Link Clicked')
  })
})

describe('the keys', () => {
  test('rotated, seal new links and open old ones; revoked, they open none', async () => {
    const before = await link({ url: 'https://before.example' })
    expect((await api.call('POST', '/api/v1/links/keys:rotate', {})).json).toEqual({ generation: 2 })
    anotherIsolate()
    const between = await link({ url: 'https://between.example' })
    for (const url of [before, between]) expect((await follow(url)).status).toBe(302)
    expect((await api.call('POST', '/api/v1/links/keys:rotate', { revokeOld: true })).json).toEqual({ generation: 3 })
    anotherIsolate()
    const after = await link({ url: 'https://after.example' })
    expect(await Promise.all([before, between, after].map(async (url) => (await follow(url)).status))).toEqual([
      404, 404, 302,
    ])
  })
})

describe('unsubscribing', () => {
  const post = (url: string, body: BodyInit, headers: Record<string, string> = FORM) =>
    follow(url, { method: 'POST', body, headers })

  test('is asked about on a page; looking at it changes nothing, with HEAD neither', async () => {
    const url = await link({ kind: 'unsubscribe' })
    const shown = await follow(url)
    expect([shown.status, shown.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(shown.text).toMatch(/<form method="post"><button name="unsubscribe" value="yes">Unsubscribe<\/button>/)
    expect(shown.headers.get('Referrer-Policy')).toBe('no-referrer')
    expect((await follow(url, { method: 'HEAD' })).text).toBe('')
    expect([edge.accepted(), await consents()]).toEqual([[], {}])
  })

  test.each<[string, BodyInit, Record<string, string>, string]>([
    ['one click', ONE_CLICK, FORM, 'one_click'],
    [
      'one click in parts',
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
      { 'Content-Type': 'multipart/form-data; boundary=b' },
      'one_click',
    ],
    ['the button of the page', 'unsubscribe=yes', FORM, 'page'],
  ])('by %s withdraws the channel at once and is told', async (_, body, headers, method) => {
    const url = await link({ kind: 'unsubscribe', channel: 'sms', campaign: 'spring' })
    const done = await post(url, body, headers)
    expect([done.status, done.location, done.headers.get('Set-Cookie')]).toEqual([200, null, null])
    expect(await consents()).toMatchObject({ sms: { status: 'withdrawn', source: 'unsubscribe_link' } })
    const [event, ...more] = await events()
    expect(more).toEqual([])
    expect(event).toMatchObject({ name: 'Unsubscribed', properties: { channel: 'sms', campaign: 'spring', method } })
    expect(edge.told().find(({ kind }) => kind === 'consent')).toMatchObject({
      consents: { sms: { status: 'withdrawn' } },
    })
  })

  test('twice is one event; after somebody came back it is another', async () => {
    const url = await link({ kind: 'unsubscribe' })
    for (let tries = 0; tries < 3; tries++) expect((await post(url, ONE_CLICK)).status).toBe(200)
    await api.call('PUT', `/api/v1/profiles/${ref}/consents`, { email: { status: 'granted' } })
    await post(url, ONE_CLICK)
    expect((await consents()).email.status).toBe('withdrawn')
    expect((await events()).map(({ name }) => name).sort()).toEqual(['Consent Updated', 'Unsubscribed', 'Unsubscribed'])
  })

  test.each<[string, string, Record<string, string>, number]>([
    ['nothing', '', FORM, 400],
    ['another value', 'List-Unsubscribe=Maybe', FORM, 400],
    ['the button of something else', 'unsubscribe=no', FORM, 400],
    ['JSON', '{"List-Unsubscribe":"One-Click"}', { 'Content-Type': 'application/json' }, 400],
    ['far too much', `x=${'y'.repeat(20_000)}&${ONE_CLICK}`, FORM, 413],
  ])('with %s in the body changes nothing', async (_, body, headers, status) => {
    expect((await post(await link({ kind: 'unsubscribe' }), body, headers)).status).toBe(status)
    expect([edge.accepted(), await consents()]).toEqual([[], {}])
  })

  test('with a bad token is a 404 page and changes nothing', async () => {
    const url = (await link({ kind: 'open' })).replace('/t/o/', '/t/u/')
    for (const bad of [url, 'https://t.example/t/u/x']) {
      expect((await post(bad, ONE_CLICK)).status).toBe(404)
      expect((await follow(bad)).status).toBe(404)
    }
    expect([edge.accepted(), await consents()]).toEqual([[], {}])
  })

  test('while nothing durable can be written asks to try again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const url = await link({ kind: 'unsubscribe' })
    edge.events.fault = new Error('the queue is down')
    edge.env.LAKE = { put: () => Promise.reject(new Error('R2 is down')) } as unknown as R2Bucket
    const answer = await post(url, ONE_CLICK)
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5'])
  })

  test('of somebody who was erased is done already', async () => {
    const url = await link({ kind: 'unsubscribe' })
    await api.call('DELETE', `/api/v1/profiles/${ref}`)
    expect((await post(url, ONE_CLICK)).status).toBe(200)
  })
})
