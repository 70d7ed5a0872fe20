import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { SESSION_SECONDS, sessionToken } from '../../platform/session-token.ts'
import { newSignInLink } from '../../platform/sign-in-links.ts'
import { aToken } from '../../test/support/token.ts'
import { aWorkspace } from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

/** A session of the portal, as a browser has it: a cookie, and headers that no page can set. */
const SITE = 'https://t.example'
const SAME = { 'Sec-Fetch-Site': 'same-origin' }

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly site?: string
}

async function ask(path: string, { method = 'GET', headers = {}, body, site = SITE }: Asked = {}, environment = env) {
  const init: RequestInit = { method, headers, redirect: 'manual' }
  if (body !== undefined) init.body = JSON.stringify(body)
  const response = await handleRequest(new Request(`${site}${path}`, init), environment, createExecutionContext())
  const text = response.webSocket ? '' : await response.text()
  const cookie = response.headers.get('Set-Cookie')
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: response.status, cookie, json, headers: response.headers, text, socket: response.webSocket }
}

let workspace: string
let token: { readonly id: string; readonly text: string }
beforeEach(async () => {
  workspace = (await aWorkspace()).id
  token = await aToken(workspace)
})

const signIn = async (text = token.text, site = SITE) => {
  const { cookie } = await ask('/api/v1/session', { method: 'POST', body: { token: text }, site })
  return { Cookie: (cookie ?? '').split(';')[0] as string }
}

describe('signing in with a token', () => {
  test('gives a cookie that scripts cannot read, and it is who the token is', async () => {
    const { status, cookie } = await ask('/api/v1/session', { method: 'POST', body: { token: token.text } })
    expect(status).toBe(204)
    expect(cookie).toMatch(
      new RegExp(`^tributary_session=[\\w.-]+; Path=/; Max-Age=${SESSION_SECONDS}; HttpOnly; SameSite=Lax; Secure$`),
    )
    const { json } = await ask('/api/v1/session', { headers: await signIn() })
    expect(json).toMatchObject({ workspace, token: { id: token.id, name: 'test', scopes: ['*'] } })
    expect(Date.parse(json['endsAt'] as string)).toBeGreaterThan(Date.now() + (SESSION_SECONDS - 60) * 1_000)
  })

  test('on this machine the cookie needs no TLS, and another port has another one', async () => {
    const names = new Set<string>()
    for (const site of ['http://127.0.0.1:8787', 'http://localhost:8788', 'http://[::1]:8789']) {
      const { cookie } = await ask('/api/v1/session', { method: 'POST', body: { token: token.text }, site })
      expect(cookie).not.toContain('Secure')
      names.add((cookie as string).split('=')[0] as string)
    }
    expect(names.size).toBe(3)
  })

  test.each(['tk_made-up-but-of-the-right-form', 'nonsense', 'tk_'])('%s is wrong, and is told so', async (text) => {
    const { status, json, cookie } = await ask('/api/v1/session', { method: 'POST', body: { token: text } })
    expect([status, json['detail'], cookie]).toEqual([
      401,
      'this API token is wrong, has expired, or was revoked',
      null,
    ])
  })

  test('an expired token is wrong as well, and a body without one names the field', async () => {
    const old = await aToken(workspace, ['*'], Date.now() - 1)
    expect((await ask('/api/v1/session', { method: 'POST', body: { token: old.text } })).status).toBe(401)
    const empty = await ask('/api/v1/session', { method: 'POST', body: {} })
    expect([empty.status, empty.json['errors']]).toMatchObject([400, [{ path: 'token' }]])
  })

  test('another site cannot sign its visitors in', async () => {
    for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }] as const) {
      const answer = await ask('/api/v1/session', { method: 'POST', body: { token: token.text }, headers })
      expect([answer.status, answer.cookie]).toEqual([403, null])
    }
  })
})

describe('what a session may', () => {
  test('read what the token may read, and nothing else', async () => {
    const narrow = await aToken(workspace, ['sources:read'])
    const headers = await signIn(narrow.text)
    expect((await ask('/api/v1/sources', { headers })).status).toBe(200)
    expect((await ask('/api/v1/tokens', { headers })).status).toBe(403)
  })

  test('change things only from a page of the same origin', async () => {
    const session = await signIn()
    const make = (headers: Record<string, string>) =>
      ask('/api/v1/sources', {
        method: 'POST',
        body: { name: 'Shop', kind: 'web' },
        headers: { ...session, ...headers },
      })
    for (const headers of [
      {},
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site', Origin: SITE },
      { 'Sec-Fetch-Site': 'none' },
    ] as Record<string, string>[]) {
      expect([headers, (await make(headers)).status]).toEqual([headers, 403])
    }
    for (const headers of [{ Origin: SITE }, SAME] as Record<string, string>[]) {
      expect([headers, (await make(headers)).status]).toEqual([headers, 201])
    }
    // A token in the header was put there by somebody who has it.
    const bearer = { Authorization: `Bearer ${token.text}`, Origin: 'https://elsewhere.example' }
    expect((await make(bearer)).status).toBe(201)
  })

  test('watch live events only from a page of the same origin; the browser learns why from the close', async () => {
    const session = await signIn()
    const watch = { ...session, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'tributary' }
    const refused = await ask('/api/v1/events/live', { headers: { ...watch, Origin: 'https://evil.example' } })
    expect(refused.status).toBe(101)
    const closed = new Promise<number>((resume) => {
      refused.socket?.addEventListener('close', ({ code }) => resume(code))
    })
    refused.socket?.accept()
    expect(await closed).toBe(4403)
    const opened = await ask('/api/v1/events/live', { headers: { ...watch, Origin: SITE } })
    expect(opened.status).toBe(101)
    const hello = new Promise<string>((resume) => {
      opened.socket?.addEventListener('message', ({ data }) => resume(String(data)))
    })
    opened.socket?.accept()
    expect(JSON.parse(await hello)).toMatchObject({ type: 'hello', workspace, payloads: true })
    opened.socket?.close()
  })

  test('nothing any more once its token was revoked', async () => {
    const headers = await signIn()
    await env.DB.prepare('DELETE FROM tokens WHERE workspace = ? AND id = ?').bind(workspace, token.id).run()
    const { status, json } = await ask('/api/v1/sources', { headers })
    expect([status, json['detail']]).toEqual([401, 'the session has ended: sign in again'])
  })

  test('nothing with a cookie that is none of ours, was signed with another secret, or has ended', async () => {
    const past = Date.now() - SESSION_SECONDS * 1_000 - 1_000
    const who = { workspace, tokenId: token.id }
    const made = [
      'nonsense',
      'eyJhbGciOiJub25lIn0.e30.',
      await sessionToken('another secret', who, Date.now()),
      await sessionToken(env.WRITE_KEY_SECRET, who, past),
    ]
    for (const one of made) {
      const { status } = await ask('/api/v1/session', { headers: { Cookie: `a=b; tributary_session=${one}` } })
      expect(status).toBe(401)
    }
  })

  test('while tokens cannot be read it is 503, and nobody is signed out', async () => {
    const headers = await signIn()
    const prepare = () => {
      throw new Error('D1 is down')
    }
    const answer = await ask('/api/v1/sources', { headers }, { ...env, DB: { prepare } as never })
    expect(answer.status).toBe(503)
  })
})

describe('signing out', () => {
  test('takes the cookie back, and another site cannot do it', async () => {
    const headers = await signIn()
    const out = await ask('/api/v1/session', { method: 'DELETE', headers: { ...headers, ...SAME } })
    expect([out.status, out.cookie]).toEqual([
      204,
      'tributary_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    ])
    const cross = { ...headers, 'Sec-Fetch-Site': 'cross-site' }
    expect((await ask('/api/v1/session', { method: 'DELETE', headers: cross })).cookie).toBeNull()
  })
})

describe('a link that signs in once', () => {
  const page = { ...env, ASSETS: { fetch: async () => new Response('<html>the portal') } as unknown as Fetcher }
  const aLink = async (now = Date.now()) => {
    const { once, statements } = newSignInLink(workspace, token.id, now)
    await env.DB.batch(statements.map(({ sql, params }) => env.DB.prepare(sql).bind(...params)))
    return `/sign-in?once=${once}`
  }

  test('leads to the portal, and the second time to the page to sign in', async () => {
    const link = await aLink()
    const first = await ask(link, {}, page)
    expect([first.status, first.headers.get('Location')]).toEqual([303, '/'])
    const headers = { Cookie: (first.cookie as string).split(';')[0] as string }
    expect((await ask('/api/v1/session', { headers })).json).toMatchObject({ workspace })
    const second = await ask(link, {}, page)
    expect([second.status, second.cookie, second.text]).toEqual([401, null, '<html>the portal'])
  })

  test('of two who come with it at once one is let in', async () => {
    const link = await aLink()
    const both = await Promise.all([ask(link, {}, page), ask(link, {}, page)])
    expect(both.map(({ status }) => status).sort()).toEqual([303, 401])
  })

  test('ends after a day, with its token, and when a newer one is made', async () => {
    expect((await ask(await aLink(Date.now() - 25 * 3_600_000), {}, page)).status).toBe(401)
    const older = await aLink()
    const newer = await aLink()
    expect((await ask(older, {}, page)).status).toBe(401)
    await env.DB.prepare('DELETE FROM tokens WHERE workspace = ? AND id = ?').bind(workspace, token.id).run()
    expect((await ask(newer, {}, page)).status).toBe(401)
  })

  test('without a link it is the page to sign in', async () => {
    const { status, text } = await ask('/sign-in', {}, page)
    expect([status, text]).toEqual([200, '<html>the portal'])
  })
})
