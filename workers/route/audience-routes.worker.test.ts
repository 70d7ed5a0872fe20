import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashToken } from '../../platform/hashing.ts'
import { aWorkspace, type TestWorkspace } from '../../test/support/workspace.ts'
import type { Route } from '../http/serve.ts'
import { listProfilesRoute } from './list-profiles.ts'
import { listSegmentMembersRoute } from './list-segment-members.ts'
import { overlapSegmentsRoute } from './overlap-segments.ts'
import { previewSegmentRoute } from './preview-segment.ts'

/** What these operations refuse before they ask the audience shards anything. */

const PRO = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }

let ws: TestWorkspace
let token: string

beforeAll(async () => {
  ws = await aWorkspace({}, { pro: PRO, vip: PRO })
  token = `tk_${crypto.randomUUID()}`
  await env.DB.prepare(
    "INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, 't', '[\"*\"]', 0)",
  )
    .bind(hashToken(token), token.slice(3), ws.id)
    .run()
})

async function call({ answer }: Route, query = '', body?: unknown, params: Record<string, string> = {}) {
  const init =
    body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }
  const request = new Request(`https://t.example/x${query}`, { ...init, headers: { Authorization: `Bearer ${token}` } })
  const response = await answer(request, env, params)
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  let json: any
  if (response.headers.get('Content-Type')?.includes('json')) json = JSON.parse(text)
  return { status: response.status, headers: response.headers, text, json }
}

describe('a preview', () => {
  test.each([
    [{ condition: { type: 'nothing' } }, 422, 'condition.type'],
    [{ condition: { type: 'segment', key: 'unknown' } }, 422, 'condition.key'],
    [{ condition: PRO, sample: 51 }, 400, 'sample'],
    [{}, 400, 'condition'],
  ])('of %j is %d and names %s', async (body, status, path) => {
    const answer = await call(previewSegmentRoute, '', body)
    expect([answer.status, answer.json.errors[0].path]).toEqual([status, path])
  })
})

describe('a condition of 10,000 nodes, one inside of the other,', () => {
  test('is too large and said to be so with its path, not taken for JSON that is broken', async () => {
    const text = `{"condition":${'{"type":"not","condition":'.repeat(10_000)}{"type":"everyone"}${'}'.repeat(10_000)}}`
    const answer = await call(previewSegmentRoute, '', text)
    expect([answer.status, answer.json.errors[0].path]).toEqual([422, expect.stringMatching(/^condition\.condition/)])
  })
})

describe('the members of a segment', () => {
  test.each([
    ['?limit=0', 'pro', 400],
    ['?limit=1001', 'pro', 400],
    ['?format=xml', 'pro', 400],
    ['', 'unknown', 404],
  ])('%s of %s is %d', async (query, key, status) => {
    expect((await call(listSegmentMembersRoute, query, undefined, { key })).status).toBe(status)
  })
})

describe('an overlap', () => {
  test.each([
    [['pro', 'pro'], 400, 'keys'],
    [[], 400, 'keys'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 400, 'keys'],
    [['pro', 'unknown'], 422, 'keys.1'],
  ])('of %j is %d and names %s', async (keys, status, path) => {
    const answer = await call(overlapSegmentsRoute, '', { keys })
    expect([answer.status, answer.json.errors[0].path]).toEqual([status, path])
  })
})

describe('a search', () => {
  test('with parameters that nobody filled in is one for everybody', async () => {
    const answer = await call(listProfilesRoute, '?q=&segment=&limit=&cursor=')
    expect([answer.status, answer.json.profiles]).toEqual([200, []])
  })

  test.each([
    ['?limit=0', 400, 'limit'],
    ['?limit=501', 400, 'limit'],
    ['?cursor=made-up', 400, 'cursor'],
    ['?trait.=x', 400, 'trait.'],
    ['?plan=pro', 400, 'plan'],
    ['?segment=unknown', 422, 'segment'],
    [`?${Array.from({ length: 11 }, (_, i) => `trait.t${i}=x`).join('&')}`, 400, 'trait'],
  ])('%s is %d and names %s', async (query, status, path) => {
    const answer = await call(listProfilesRoute, query)
    expect([answer.status, answer.json.errors[0].path]).toEqual([status, path])
  })
})
