import { env } from 'cloudflare:workers'
import { beforeEach, expect, test } from 'vitest'
import { aTokenOf } from '../../test/support/grant.ts'
import { type Api, apiOf, aToken } from '../../test/support/token.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

/** The audit log as it is read. */
interface Entry {
  readonly id: string
  readonly at: string
  readonly action: string
  readonly actor: { readonly id: string; readonly kind: string; readonly name: string | null }
  readonly detail: unknown
}

let workspace: string
let token: { readonly id: string; readonly text: string }
let api: Api

beforeEach(async () => {
  workspace = (await aWorkspace()).id
  token = await aToken(workspace)
  api = apiOf(token.text)
})

const entries = async (query = '', by = api) => {
  const { status, json } = await by('GET', `/api/v1/audit${query}`)
  expect([status, json]).toEqual([200, json])
  return { entries: json['entries'] as Entry[], cursor: json['cursor'] as string | null }
}

test('every act is there, newest first, with who did it and what was asked, and no secret', async () => {
  const { json } = await api('POST', '/api/v1/sources', { name: 'Shop', kind: 'server' })
  await api('PUT', `/api/v1/sources/${json['id']}`, { name: 'Store' })
  const { entries: found } = await entries()
  expect(found).toMatchObject([
    { action: 'updateSource', actor: { id: token.id, kind: 'token', name: 'test' } },
    { action: 'createSource', detail: { name: 'Shop' }, at: expect.stringMatching(/Z$/) },
  ])
  expect(JSON.stringify(found)).not.toContain(String(json['secretKey']))
})

test('pages follow one another without a gap, also of acts of one moment', async () => {
  const row = (i: number) =>
    env.DB.prepare(
      "INSERT INTO audit (workspace, at, id, actor, act, detail) VALUES (?, ?, ?, 'rule:x', 'did', '{}')",
    ).bind(workspace, 1_000 + Math.floor(i / 4), `id${i}`)
  await env.DB.batch(Array.from({ length: 11 }, (_, i) => row(i)))
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = `?limit=3${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const page = await entries(query)
    seen.push(...page.entries.map(({ id }) => id))
    cursor = page.cursor
  }
  expect(seen).toEqual(
    Array.from({ length: 11 }, (_, i) => `id${i}`).sort((a, b) => order(b) - order(a) || (a < b ? 1 : -1)),
  )
})

const order = (id: string) => Math.floor(Number(id.slice(2)) / 4)

test('by actor, action, its beginning, and time', async () => {
  const other = await aToken(workspace)
  await api('POST', '/api/v1/sources', { name: 'a', kind: 'web' })
  await apiOf(other.text)('POST', '/api/v1/sources', { name: 'b', kind: 'web' })
  await api('PATCH', '/api/v1/workspace', { windowMs: 3_000 })
  const actions = async (query: string) => (await entries(query)).entries.map(({ action }) => action)
  expect(await actions(`?actor=${other.id}`)).toEqual(['createSource'])
  expect(await actions('?action=updateWorkspace')).toEqual(['updateWorkspace'])
  expect(await actions('?action=create*')).toEqual(['createSource', 'createSource'])
  expect(await actions(`?action=create*&actor=${token.id}`)).toEqual(['createSource'])
  expect(await actions('?to=2020-01-01')).toEqual([])
  expect(await actions('?from=2020-01-01')).toHaveLength(3)
})

test('is of one workspace, and of those who may read it', async () => {
  await api('POST', '/api/v1/sources', { name: 'a', kind: 'web' })
  const neighbour = apiOf((await aToken((await aWorkspace()).id)).text)
  expect((await entries('', neighbour)).entries).toEqual([])
  const statuses = await Promise.all(
    (['admin', 'operator', 'analyst'] as const).map(
      async (role) => (await apiOf((await aTokenOf(workspace, role)).text)('GET', '/api/v1/audit')).status,
    ),
  )
  expect(statuses).toEqual([200, 200, 403])
})
