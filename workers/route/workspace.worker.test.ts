import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashToken } from '../../platform/hashing.ts'
import { WorkspaceDocument } from '../../shared/contract/read-workspace.ts'
import { aWorkspace, type TestWorkspace } from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

let ws: TestWorkspace
let token: string

beforeAll(async () => {
  ws = await aWorkspace()
  token = `tk_${crypto.randomUUID()}`
  await env.DB.prepare(
    "INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, 'tok_me', ?, 't', '[\"*\"]', 0)",
  )
    .bind(hashToken(token), ws.id)
    .run()
})

async function call(method: 'GET' | 'PATCH', body?: unknown) {
  const headers = { Authorization: `Bearer ${token}` }
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const request = new Request('https://t.example/api/v1/workspace', init)
  const response = await handleRequest(request, env, createExecutionContext())
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

describe('the settings of a workspace', () => {
  test('show their defaults until they are changed', async () => {
    const { status, json } = await call('GET')
    expect(status).toBe(200)
    expect(WorkspaceDocument.parse(json)).toEqual(json)
    expect(json).toMatchObject({
      id: ws.id,
      version: 1,
      settings: { windowMs: 2_000, identity: { sharedAfterAnchors: 3 } },
    })
  })

  test('change where they are named, stay where they are not, and go back to the default with null', async () => {
    const first = await call('PATCH', { windowMs: 30_000, identity: { types: { email: { priority: 5, limit: 2 } } } })
    expect(first.json).toMatchObject({ version: 2, settings: { windowMs: 30_000, graceMs: 120_000 } })
    const second = await call('PATCH', {
      identity: { blockedValues: ['demo'], types: { crm: { priority: 1, limit: 1 } } },
    })
    expect(second.json).toMatchObject({
      version: 3,
      settings: {
        windowMs: 30_000,
        identity: { blockedValues: ['demo'], types: { email: { limit: 2 }, crm: { limit: 1 } } },
      },
    })
    const third = await call('PATCH', { windowMs: null, identity: { types: { email: null } } })
    expect(third.json).toMatchObject({ settings: { windowMs: 2_000, identity: { types: { crm: { limit: 1 } } } } })
    expect(third.json).not.toHaveProperty('settings.identity.types.email')
    const { exceeding: _, ...settings } = third.json
    expect((await call('GET')).json).toEqual(settings)
  })

  test.each([
    [{ windowMs: 60_001 }, 'windowMs'],
    [{ windowMs: '2s' }, 'windowMs'],
    [{ lateEvents: 'maybe' }, 'lateEvents'],
    [{ identity: { types: { email: { priority: 1, limit: 0 } } } }, 'identity.types.email.limit'],
    [{ identity: { blocked: [] } }, 'identity.blocked'],
    [{ identity: { defaultCountry: 'ZZ' } }, 'identity.defaultCountry'],
    [{ retention: { timelineDays: 0 } }, 'retention.timelineDays'],
    [{ window: 1 }, 'window'],
  ])('%j is refused, naming %s, and changes nothing', async (body, path) => {
    const before = (await call('GET')).json
    const { status, json } = await call('PATCH', body)
    expect(status).toBe(400)
    expect((json['errors'] as { path: string }[]).map((error) => error.path)).toContain(path)
    expect((await call('GET')).json).toEqual(before)
  })

  test('stages of a source that is not there are refused: the id is a spelling mistake', async () => {
    const { status, json } = await call('PATCH', { pipeline: { sources: { src_nope: { stages: [] } } } })
    expect(status).toBe(422)
    expect(json['errors']).toEqual([{ path: 'pipeline.sources.src_nope', message: 'there is no such source' }])
    expect((await call('PATCH', { pipeline: { sources: { src_nope: null } } })).status).toBe(200)
  })

  test('every change is in the audit log, with who made it', async () => {
    const { results } = await env.DB.prepare('SELECT actor, act, detail FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(ws.id)
      .all<{ actor: string; act: string; detail: string }>()
    expect(results.map(({ actor, act }) => [actor, act])).toEqual(new Array(4).fill(['tok_me', 'updateWorkspace']))
    expect(JSON.parse(results[0]?.detail ?? '')).toMatchObject({ windowMs: 30_000 })
  })

  test('the unique type is among the rules in force, also when it is a custom one that nothing else is said of', async () => {
    const unique = (uniqueType: string | null) => call('PATCH', { identity: { uniqueType } })
    expect((await unique('passport')).json['identifierTypes']).toMatchObject({
      passport: { limit: 1 },
      user_id: { limit: 1 },
    })
    expect((await unique(null)).json['identifierTypes']).not.toHaveProperty('passport')
  })
})
