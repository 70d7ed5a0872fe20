import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { aMember, aTokenOf } from '../../test/support/grant.ts'
import { type Api, apiOf, aToken } from '../../test/support/token.ts'
import { aWorkspace } from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

/** People of a workspace: what they may, how they come in, and what ends when they go. */
const page = { ...env, ASSETS: { fetch: async () => new Response('<html>the portal') } as unknown as Fetcher }
let workspace: string
let api: Api

beforeEach(async () => {
  workspace = (await aWorkspace()).id
  api = apiOf((await aToken(workspace)).text)
})

const add = async (email: string, role: string, by = api) => {
  const { status, json } = await by('POST', '/api/v1/members', { email, role })
  expect([status, json]).toEqual([201, json])
  return String(json['id'])
}

/** A browser that follows a member's link. */
async function signIn(memberId: string, by = api) {
  const { status, json } = await by('POST', `/api/v1/members/${memberId}/sign-in-link`)
  expect([status, json]).toEqual([201, json])
  const answer = await handleRequest(
    new Request(String(json['url']), { redirect: 'manual' }),
    page,
    createExecutionContext(),
  )
  const cookie = (answer.headers.get('Set-Cookie') ?? '').split(';')[0] as string
  const call = async (method: string, path: string, body?: unknown) => {
    const init: RequestInit = { method, headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' } }
    if (body !== undefined) init.body = JSON.stringify(body)
    const response = await handleRequest(new Request(`https://t.example${path}`, init), env, createExecutionContext())
    const text = await response.text()
    return { status: response.status, headers: response.headers, json: text === '' ? {} : JSON.parse(text), text }
  }
  return { status: answer.status, url: String(json['url']), call }
}

const acts = async () => {
  const { results } = await env.DB.prepare('SELECT act FROM audit WHERE workspace = ? ORDER BY at, id')
    .bind(workspace)
    .all<{ act: string }>()
  return results.map(({ act }) => act)
}

describe('the members of a workspace', () => {
  test('are added, listed, changed and removed, and each of it is written down', async () => {
    const id = await add(' Ada@Shop.Example ', 'admin')
    const other = await add('bob@shop.example', 'operator')
    const { json } = await api('GET', '/api/v1/members')
    expect(json['members']).toMatchObject([
      { id, email: 'ada@shop.example', name: 'ada', role: 'admin', state: 'invited', signedInAt: null },
      { id: other, role: 'operator' },
    ])
    const changed = await api('PUT', `/api/v1/members/${other}`, { name: 'Bob', role: 'analyst' })
    expect(changed.json).toMatchObject({ name: 'Bob', role: 'analyst', email: 'bob@shop.example' })
    expect((await api('PUT', `/api/v1/members/${other}`, changed.json)).status).toBe(200)
    expect((await api('DELETE', `/api/v1/members/${other}`)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await api(method, `/api/v1/members/${other}`)).status).toBe(404)
    expect(await acts()).toEqual(['createMember', 'createMember', 'updateMember', 'updateMember', 'deleteMember'])
  })

  test.each([
    [{ email: 'nobody', role: 'admin' }, 400, 'email'],
    [{ email: 'a@b.co', role: 'owner' }, 400, 'role'],
    [{ email: 'a@b.co' }, 400, 'role'],
    [{ email: 'a@b.co', role: 'admin', scopes: ['*'] }, 400, 'scopes'],
  ])('%j is refused with %i, naming %s', async (body, wanted, field) => {
    const { status, json } = await api('POST', '/api/v1/members', body)
    expect([status, json['errors']]).toMatchObject([wanted, [{ path: field }]])
  })

  test('are there once by address, whatever its case', async () => {
    await add('a@b.co', 'analyst')
    const again = await api('POST', '/api/v1/members', { email: 'A@B.co', role: 'analyst' })
    expect([again.status, again.json['errors']]).toMatchObject([409, [{ path: 'email' }]])
  })

  test('are of one workspace and nobody else’s', async () => {
    const id = await add('a@b.co', 'admin')
    const neighbour = apiOf((await aToken((await aWorkspace()).id)).text)
    expect((await neighbour('GET', '/api/v1/members')).json['members']).toEqual([])
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PUT', '', { role: 'analyst' }],
      ['DELETE', '', undefined],
      ['POST', '/sign-in-link', undefined],
    ] as const)
      expect((await neighbour(method, `/api/v1/members/${id}${path}`, body)).status).toBe(404)
  })

  test('keep a last admin, also when two of them remove each other at once', async () => {
    const [a, b] = [await add('a@b.co', 'admin'), await add('b@b.co', 'admin')]
    const both = await Promise.all([a, b].map((id) => api('DELETE', `/api/v1/members/${id}`)))
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409])
    const left = both[0]?.status === 204 ? b : a
    const demoted = await api('PUT', `/api/v1/members/${left}`, { role: 'analyst' })
    expect([demoted.status, demoted.json['detail']]).toEqual([
      409,
      'this is the last admin: make somebody else one first',
    ])
    expect((await api('PUT', `/api/v1/members/${left}`, { name: 'Root' })).status).toBe(200)
  })

  test('nobody makes somebody who may more, nor takes their place, nor removes them', async () => {
    const admin = await add('a@b.co', 'admin')
    const poor = apiOf((await aToken(workspace, ['members:read', 'members:write', 'profiles:read'])).text)
    expect((await poor('POST', '/api/v1/members', { email: 'x@b.co', role: 'analyst' })).status).toBe(403)
    for (const [method, path, body] of [
      ['PUT', '', { name: 'x' }],
      ['DELETE', '', undefined],
      ['POST', '/sign-in-link', undefined],
    ] as const)
      expect((await poor(method, `/api/v1/members/${admin}${path}`, body)).status).toBe(403)
  })
})

describe('a link for a member', () => {
  test('signs them in once, with their role, and makes them active', async () => {
    const id = await add('ada@shop.example', 'operator')
    const { status, url, call } = await signIn(id)
    expect(status).toBe(303)
    expect((await call('GET', '/api/v1/session')).json).toMatchObject({
      workspace,
      token: { id, name: 'ada' },
      member: { id, email: 'ada@shop.example' },
      role: 'operator',
      masked: false,
      mayUnmask: true,
    })
    expect((await api('GET', `/api/v1/members/${id}`)).json).toMatchObject({ state: 'active' })
    expect((await handleRequest(new Request(url), page, createExecutionContext())).status).toBe(401)
    expect(await acts()).toEqual(['createMember', 'createSignInLink', 'signIn'])
  })

  test('what a member does is theirs in the audit log, by name, also when they are gone', async () => {
    await add('root@shop.example', 'admin')
    const id = await add('ada@shop.example', 'admin')
    const { call } = await signIn(id)
    expect((await call('POST', '/api/v1/sources', { name: 'Shop', kind: 'web' })).status).toBe(201)
    await api('DELETE', `/api/v1/members/${id}`)
    const { json } = await api('GET', '/api/v1/audit?action=createSource')
    expect(json['entries']).toMatchObject([{ actor: { id, kind: 'member', name: 'ada' }, detail: { name: 'Shop' } }])
  })

  test('a role that is changed is in force with the next call, and who is removed is nobody', async () => {
    await add('root@shop.example', 'admin')
    const id = await add('ada@shop.example', 'admin')
    const { call } = await signIn(id)
    expect((await call('GET', '/api/v1/members')).status).toBe(200)
    await api('PUT', `/api/v1/members/${id}`, { role: 'analyst' })
    const refused = await call('GET', '/api/v1/members')
    expect([refused.status, refused.json.detail]).toEqual([403, 'the role analyst lacks the scope members:read'])
    expect((await call('GET', '/api/v1/session')).json).toMatchObject({
      role: 'analyst',
      masked: true,
      mayUnmask: false,
    })
    await api('DELETE', `/api/v1/members/${id}`)
    expect((await call('GET', '/api/v1/session')).status).toBe(401)
    expect((await call('GET', '/api/v1/sources')).status).toBe(401)
  })

  test('ends with the member, and when a newer one is made', async () => {
    const id = await add('ada@shop.example', 'analyst')
    const link = async () => String((await api('POST', `/api/v1/members/${id}/sign-in-link`)).json['url'])
    const open = async (url: string) => (await handleRequest(new Request(url), page, createExecutionContext())).status
    const [older, newer] = [await link(), await link()]
    expect(await open(older)).toBe(401)
    await api('DELETE', `/api/v1/members/${id}`)
    expect(await open(newer)).toBe(401)
  })

  test('an admin may make tokens and members, and nothing of the deployment', async () => {
    const { call } = await signIn(await add('ada@shop.example', 'admin'))
    expect((await call('POST', '/api/v1/tokens', { name: 'CI', scopes: ['sources:read'] })).status).toBe(201)
    expect((await call('POST', '/api/v1/tokens', { name: 'all', scopes: ['*'] })).status).toBe(403)
    expect((await call('POST', '/api/v1/members', { email: 'b@b.co', role: 'admin' })).status).toBe(201)
    expect((await call('POST', '/api/v1/workspaces', { id: 'other', name: 'x' })).status).toBe(403)
  })

  test('the last token that holds everything stays, though a member does as well', async () => {
    const { call } = await signIn((await aMember(workspace, 'admin')).id)
    const [token] = (await call('GET', '/api/v1/tokens')).json.tokens
    // It holds `*`, which an admin does not.
    expect((await call('DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(403)
  })
})

describe('a token with a role', () => {
  test('may what the role may, says so, and is masked when the role is', async () => {
    const { status, json } = await api('POST', '/api/v1/tokens', { name: 'BI', role: 'analyst' })
    expect([status, json]).toMatchObject([201, { role: 'analyst', scopes: expect.arrayContaining(['profiles:read']) }])
    const bi = apiOf(String(json['token']))
    expect((await bi('GET', '/api/v1/session')).json).toMatchObject({ role: 'analyst', masked: true, member: null })
    expect((await bi('GET', '/api/v1/sources')).status).toBe(200)
    expect((await bi('POST', '/api/v1/sources', { name: 'x', kind: 'web' })).status).toBe(403)
    const path = `/api/v1/tokens/${json['id']}`
    expect((await api('PUT', path, (await api('GET', path)).json)).json).toMatchObject({ role: 'analyst' })
    const changed = await api('PUT', path, { scopes: ['sources:read'] })
    expect(changed.json).toMatchObject({ role: null, scopes: ['sources:read'] })
    expect((await api('PUT', path, { role: 'operator' })).json).toMatchObject({ role: 'operator' })
  })

  test.each([
    [{ name: 'x' }, 'scopes'],
    [{ name: 'x', role: 'analyst', scopes: ['*'] }, 'scopes'],
    [{ name: 'x', role: 'owner' }, 'role'],
  ])('%j is refused, naming %s', async (body, field) => {
    const { status, json } = await api('POST', '/api/v1/tokens', body)
    expect([status, json['errors']]).toMatchObject([400, [{ path: field }]])
  })

  test('is given by nobody who holds less', async () => {
    const poor = apiOf((await aToken(workspace, ['tokens:write', 'profiles:read'])).text)
    for (const role of ['analyst', 'operator', 'admin'])
      expect((await poor('POST', '/api/v1/tokens', { name: 'x', role })).status).toBe(403)
    const operator = apiOf((await aTokenOf(workspace, 'operator')).text)
    expect((await operator('POST', '/api/v1/tokens', { name: 'x', role: 'analyst' })).status).toBe(403)
  })
})
