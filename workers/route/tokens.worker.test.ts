import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { hashToken } from '../../platform/hashing.ts'
import { type Answer, apiOf, aToken } from '../../test/support/token.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

async function inAWorkspace(scopes: readonly string[] = ['*'], expiresAt: number | null = null) {
  const workspace = (await aWorkspace()).id
  const token = await aToken(workspace, scopes, expiresAt)
  return { workspace, token, api: apiOf(token.text) }
}

function tokenIn({ status, json }: Answer): { readonly id: string; readonly token: string } {
  expect([status, json]).toEqual([201, expect.objectContaining({ token: expect.any(String) })])
  return json as unknown as { id: string; token: string }
}

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString()

describe('making a token', () => {
  test('shows it once, keeps only its hash, and it works at once', async () => {
    const { api } = await inAWorkspace()
    const made = tokenIn(await api('POST', '/api/v1/tokens', { name: 'CI', scopes: ['sources:read', 'sources:read'] }))
    expect(made).toMatchObject({ name: 'CI', scopes: ['sources:read'], expiresAt: null })
    expect(made.token).toMatch(/^tk_[A-Za-z0-9_-]{43}$/)
    expect((await apiOf(made.token)('GET', '/api/v1/sources')).status).toBe(200)
    expect((await apiOf(made.token)('GET', '/api/v1/tokens')).status).toBe(403)
    const row = await env.DB.prepare('SELECT * FROM tokens WHERE id = ?').bind(made.id).first()
    const audit = await env.DB.prepare("SELECT * FROM audit WHERE act = 'createToken'").all()
    const shown = [await api('GET', '/api/v1/tokens'), await api('GET', `/api/v1/tokens/${made.id}`), row, audit]
    expect(JSON.stringify(shown)).not.toContain(made.token)
    expect(row).toMatchObject({ hash: hashToken(made.token) })
    expect(JSON.stringify(shown.slice(0, 2))).not.toContain(hashToken(made.token))
  })

  test.each([
    [{ scopes: ['sources:read'] }, 'name'],
    [{ name: 'x' }, 'scopes'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['sources:delete'] }, 'scopes.0'],
    [{ name: 'x', scopes: ['*'], expiresAt: 'soon' }, 'expiresAt'],
    [{ name: 'x', scopes: ['*'], expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ name: 'x', scopes: ['*'], token: 'tk_mine' }, 'token'],
  ])('%j is refused, naming %s', async (body, field) => {
    const { api } = await inAWorkspace()
    const { status, json } = await api('POST', '/api/v1/tokens', body)
    expect([status, (json['errors'] as { path: string }[]).map(({ path }) => path)]).toEqual([400, [field]])
  })

  test('nobody grants what he lacks: neither a scope, nor a wildcard, nor a longer life', async () => {
    const poor = await inAWorkspace(['tokens:write', 'sources:read'])
    for (const scopes of [['sources:write'], ['*'], ['*:workspace'], ['admin'], ['sources:read', 'admin']]) {
      expect((await poor.api('POST', '/api/v1/tokens', { name: 'x', scopes })).status).toBe(403)
    }
    tokenIn(await poor.api('POST', '/api/v1/tokens', { name: 'x', scopes: ['sources:read'] }))
    const own = await inAWorkspace(['*:workspace'])
    expect((await own.api('POST', '/api/v1/tokens', { name: 'x', scopes: ['admin'] })).status).toBe(403)
    expect((await own.api('POST', '/api/v1/tokens', { name: 'x', scopes: ['*'] })).status).toBe(403)
    tokenIn(await own.api('POST', '/api/v1/tokens', { name: 'x', scopes: ['*:workspace'] }))
    const end = Date.now() + 3_600_000
    const brief = await inAWorkspace(['*'], end)
    for (const expiresAt of [tomorrow(), null]) {
      expect((await brief.api('POST', '/api/v1/tokens', { name: 'x', scopes: ['*'], expiresAt })).status).toBe(400)
    }
    const made = await brief.api('POST', '/api/v1/tokens', { name: 'x', scopes: ['*'] })
    expect(made.json['expiresAt']).toBe(new Date(end).toISOString())
  })
})

describe('the tokens of a workspace', () => {
  test('are listed in pages, changed and revoked; a revoked one is unknown', async () => {
    const { api, workspace } = await inAWorkspace()
    const made = tokenIn(await api('POST', '/api/v1/tokens', { name: 'CI', scopes: ['sources:read'] }))
    const first = (await api('GET', '/api/v1/tokens?limit=1')).json
    const second = (await api('GET', `/api/v1/tokens?limit=1&cursor=${first['cursor']}`)).json
    expect([first['tokens'], second['tokens'], second['cursor']]).toMatchObject([
      [{ name: 'test' }],
      [{ name: 'CI' }],
      null,
    ])
    const path = `/api/v1/tokens/${made.id}`
    const changed = await api('PUT', path, { name: 'Build', scopes: ['metrics:read'], expiresAt: tomorrow() })
    expect(changed.json).toMatchObject({ name: 'Build', scopes: ['metrics:read'], expiresAt: expect.any(String) })
    expect((await api('PUT', path, { expiresAt: null })).json).toMatchObject({ name: 'Build', expiresAt: null })
    expect((await api('PUT', path, (await api('GET', path)).json)).status).toBe(200)
    expect((await api('DELETE', path)).status).toBe(204)
    expect((await api('DELETE', path)).status).toBe(404)
    expect((await api('GET', path)).status).toBe(404)
    const { results } = await env.DB.prepare('SELECT act FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(workspace)
      .all<{ act: string }>()
    expect(results.map(({ act }) => act)).toEqual([
      'createToken',
      'updateToken',
      'updateToken',
      'updateToken',
      'deleteToken',
    ])
  })

  test('a token changes and revokes only those that hold no more than itself', async () => {
    const { workspace, token } = await inAWorkspace()
    const poor = apiOf((await aToken(workspace, ['tokens:write', 'tokens:read'])).text)
    expect((await poor('DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(403)
    expect((await poor('PUT', `/api/v1/tokens/${token.id}`, { name: 'mine' })).status).toBe(403)
  })

  test('the last one that holds everything and never ends stays as it is', async () => {
    const { api, token } = await inAWorkspace()
    const path = `/api/v1/tokens/${token.id}`
    expect((await api('DELETE', path)).status).toBe(409)
    expect((await api('PUT', path, { scopes: ['tokens:write'] })).status).toBe(409)
    expect((await api('PUT', path, { expiresAt: tomorrow() })).status).toBe(409)
    expect((await api('PUT', path, { name: 'root' })).json).toMatchObject({ name: 'root' })
    tokenIn(await api('POST', '/api/v1/tokens', { name: 'another', scopes: ['*'] }))
    expect((await api('DELETE', path)).status).toBe(204)
  })

  test('the last two cannot revoke each other at the same moment', async () => {
    const { api, workspace, token } = await inAWorkspace()
    const other = await aToken(workspace)
    const answers = await Promise.all([
      api('DELETE', `/api/v1/tokens/${other.id}`),
      apiOf(other.text)('DELETE', `/api/v1/tokens/${token.id}`),
    ])
    const statuses = answers.map(({ status }) => status).sort()
    expect([statuses[0], [403, 409].includes(statuses[1] ?? 0)]).toEqual([204, true])
    const { results } = await env.DB.prepare('SELECT id FROM tokens WHERE workspace = ?').bind(workspace).all()
    expect(results).toHaveLength(1)
  })

  test('are nobody else’s business: 404', async () => {
    const [mine, theirs] = [await inAWorkspace(), await inAWorkspace()]
    const path = `/api/v1/tokens/${mine.token.id}`
    expect((await theirs.api('GET', path)).status).toBe(404)
    expect((await theirs.api('PUT', path, { name: 'x' })).status).toBe(404)
    expect((await theirs.api('DELETE', path)).status).toBe(404)
    expect(JSON.stringify((await theirs.api('GET', '/api/v1/tokens')).json)).not.toContain(mine.token.id)
  })
})
