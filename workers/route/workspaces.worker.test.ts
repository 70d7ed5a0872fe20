import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { sourceOfWriteKey } from '../../platform/hashing.ts'
import { type Api, apiOf, aToken } from '../../test/support/token.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

async function anAdmin(): Promise<Api> {
  return apiOf((await aToken((await aWorkspace()).id)).text)
}

let serial = 0
const aName = () => `made-${++serial}-${Math.random().toString(36).slice(2, 10)}`

describe('making a workspace', () => {
  test('answers with its keys, which work, and it has the built-in segments and its settings', async () => {
    const admin = await anAdmin()
    const id = aName()
    const body = { id, name: 'Shop', settings: { windowMs: 0, graceMs: null, identity: { blockedValues: ['demo'] } } }
    const { status, json } = await admin('POST', '/api/v1/workspaces', body)
    expect([status, json]).toMatchObject([201, { id, name: 'Shop', apiToken: expect.stringMatching(/^tk_/) }])
    const api = apiOf(String(json['apiToken']))
    const workspace = (await api('GET', '/api/v1/workspace')).json
    expect(workspace).toMatchObject({ id, name: 'Shop', settings: { windowMs: 0, graceMs: 120_000 } })
    const sources = (await api('GET', '/api/v1/sources')).json['sources'] as { id: string; writeKey: string }[]
    expect(sources).toMatchObject([{ id: sourceOfWriteKey(env.WRITE_KEY_SECRET, String(json['writeKey'])) }])
    const { results } = await env.DB.prepare('SELECT key FROM segments WHERE workspace = ? ORDER BY key').bind(id).all()
    expect(results).toEqual([{ key: 'power_user' }, { key: 'pro_plan' }, { key: 'reengage' }])
  })

  test('an id that is taken is 409 and changes nothing: the second gets no token into the first', async () => {
    const admin = await anAdmin()
    const id = aName()
    expect((await admin('POST', '/api/v1/workspaces', { id, name: 'first' })).status).toBe(201)
    const contents = () =>
      env.DB.prepare(
        `SELECT (SELECT name FROM workspaces WHERE id = ?1) AS name, (SELECT count(*) FROM tokens WHERE workspace = ?1)
         AS tokens, (SELECT count(*) FROM sources WHERE workspace = ?1) AS sources`,
      )
        .bind(id)
        .first()
    const { status, json } = await admin('POST', '/api/v1/workspaces', { id, name: 'second' })
    expect([status, json['code'], json]).toEqual([409, 'conflict', expect.not.objectContaining({ apiToken: '' })])
    expect(await contents()).toEqual({ name: 'first', tokens: 1, sources: 1 })
  })

  test.each(['a', 'A-b', '-ab', 'a_b', 'a.b', 'ä-b', 'a/b', '', 'x'.repeat(64)])('the id %j is refused', async (id) => {
    const { status, json } = await (await anAdmin())('POST', '/api/v1/workspaces', { id, name: 'x' })
    expect([status, json['errors']]).toMatchObject([400, [{ path: 'id' }]])
  })

  test('a setting that is none is refused, naming it', async () => {
    const body = { id: aName(), name: 'x', settings: { windowMs: -1 } }
    const { status, json } = await (await anAdmin())('POST', '/api/v1/workspaces', body)
    expect([status, json['errors']]).toMatchObject([400, [{ path: 'settings.windowMs' }]])
  })
})

describe('the border between workspaces', () => {
  test('a new workspace’s token holds every scope inside it, and nothing outside', async () => {
    const { json } = await (await anAdmin())('POST', '/api/v1/workspaces', { id: aName(), name: 'x' })
    const api = apiOf(String(json['apiToken']))
    expect((await api('GET', '/api/v1/workspaces')).status).toBe(403)
    expect((await api('POST', '/api/v1/workspaces', { id: aName(), name: 'y' })).status).toBe(403)
    for (const path of ['/api/v1/sources', '/api/v1/tokens', '/api/v1/workspace', '/metrics', '/api/v1/dead-letters']) {
      expect([path, (await apiRaw(String(json['apiToken']), path)).status]).toEqual([path, 200])
    }
  })

  test('the list has all of them in pages, names only', async () => {
    const admin = await anAdmin()
    const id = aName()
    await admin('POST', '/api/v1/workspaces', { id, name: 'Listed' })
    const seen: { id: string }[] = []
    let cursor: unknown = null
    do {
      const { json } = await admin('GET', `/api/v1/workspaces?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
      seen.push(...(json['workspaces'] as { id: string }[]))
      cursor = json['cursor']
    } while (cursor !== null)
    expect(seen.filter((workspace) => workspace.id === id)).toEqual([
      { id, name: 'Listed', createdAt: expect.stringMatching(/Z$/) },
    ])
    expect(new Set(seen.map((workspace) => workspace.id)).size).toBe(seen.length)
  })
})

async function apiRaw(token: string, path: string): Promise<Response> {
  const { handleRequest } = await import('../handle-request.ts')
  const { createExecutionContext } = await import('cloudflare:test')
  const request = new Request(`https://t.example${path}`, { headers: { Authorization: `Bearer ${token}` } })
  return handleRequest(request, env, createExecutionContext())
}
