import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { SegmentDocument } from '../../shared/contract/segment-document.ts'
import { type Api, anApi } from '../../test/support/api.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace } from '../../test/support/workspace.ts'

const PRO = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
const BASIC = { type: 'trait', path: 'plan', op: 'eq', value: 'basic' }
const reading = (key: string) => ({ type: 'segment', key })

let [ws, other] = [] as unknown as [TestWorkspace, TestWorkspace]
let [mine, theirs] = [] as unknown as [Api, Api]
/** What was put on the JOBS queue by the calls of `mine`. */
const called: string[] = []
const recording: Env = { ...env, JOBS: { send: async (text: string) => called.push(text) } as unknown as Queue }

beforeAll(async () => {
  ;[ws, other] = [await aWorkspace(), await aWorkspace()]
  ;[mine, theirs] = [await anApi(ws.id, ['*'], recording), await anApi(other.id, ['*'], recording)]
})

const create = (key: string, condition: unknown = PRO, api: Api = mine) =>
  api.call('POST', '/api/v1/segments', { key, name: key, condition })
const configVersion = async () =>
  (await env.DB.prepare('SELECT config_version AS v FROM workspaces WHERE id = ?').bind(ws.id).first<{ v: number }>())
    ?.v

describe('a segment', () => {
  test('is made, read, changed and deleted; its version rises with its condition alone', async () => {
    const made = await create('life')
    expect(made.status).toBe(201)
    expect(SegmentDocument.parse(made.json)).toEqual(made.json)
    expect(made.json).toMatchObject({ key: 'life', kind: 'condition', version: 1, state: 'building', condition: PRO })
    expect(made.json.sentence).toBe('plan is "pro"')
    expect((await mine.call('GET', '/api/v1/segments/life')).json).toMatchObject({ key: 'life', version: 1 })

    const before = await configVersion()
    const renamed = await mine.call('PUT', '/api/v1/segments/life', { name: 'Life', condition: PRO, description: 'd' })
    expect(renamed.json).toMatchObject({ name: 'Life', description: 'd', version: 1 })
    expect(await configVersion()).toBe((before ?? 0) + 1)
    const changed = await mine.call('PUT', '/api/v1/segments/life', { condition: BASIC })
    expect(changed.json).toMatchObject({
      name: 'Life',
      description: 'd',
      version: 2,
      state: 'building',
      condition: BASIC,
    })
    const again = await mine.call('PUT', '/api/v1/segments/life', { condition: { ...BASIC } })
    expect(again.json).toMatchObject({ version: 2 })
    expect(await configVersion()).toBe((before ?? 0) + 2)

    expect((await mine.call('DELETE', '/api/v1/segments/life')).status).toBe(204)
    expect((await mine.call('GET', '/api/v1/segments/life')).status).toBe(404)
    expect((await mine.call('DELETE', '/api/v1/segments/life')).status).toBe(404)
    const { results } = await env.DB.prepare('SELECT act FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(ws.id)
      .all<{ act: string }>()
    expect(results.map(({ act }) => act)).toEqual(['createSegment', 'updateSegment', 'updateSegment', 'deleteSegment'])
  })

  test('that comes again under an old key has a newer version, and the old ones can still be read', async () => {
    await create('phoenix')
    await mine.call('PUT', '/api/v1/segments/phoenix', { condition: BASIC })
    await mine.call('DELETE', '/api/v1/segments/phoenix')
    expect((await create('phoenix')).json).toMatchObject({ version: 3 })
    const { json } = await mine.call('GET', '/api/v1/segments/phoenix/versions?limit=2')
    expect(json.versions.map(({ version }: { version: number }) => version)).toEqual([3, 2])
    expect(json.versions[0]).toMatchObject({ condition: PRO, sentence: 'plan is "pro"', actor: mine.tokenId })
    const { name } = (await mine.call('GET', '/api/v1/session')).json.token
    expect(json.versions[0].actorName).toBe(name)
    const rest = await mine.call('GET', `/api/v1/segments/phoenix/versions?limit=2&cursor=${json.cursor}`)
    expect([rest.json.versions.length, rest.json.versions[0].version, rest.json.cursor]).toEqual([1, 1, null])
    expect((await theirs.call('GET', '/api/v1/segments/phoenix/versions')).status).toBe(404)
  })

  test('calls a job that builds it for everybody who is known', async () => {
    called.length = 0
    await create('built')
    expect(called.map((text) => JSON.parse(text))).toMatchObject([{ v: 1, workspace: ws.id, turn: 0 }])
    const jobs = await mine.call('GET', '/api/v1/jobs?kind=build-segment&limit=1')
    expect(jobs.json.jobs).toMatchObject([{ kind: 'build-segment', state: 'queued' }])
  })

  test('that came with the workspace is a row like any other, with its first version', async () => {
    const built = await aWorkspace({}, { pro_plan: PRO })
    const api = await anApi(built.id, ['*'], recording)
    expect((await api.call('GET', '/api/v1/segments')).json.segments).toMatchObject([
      { key: 'pro_plan', version: 1, state: 'ready' },
    ])
    expect((await api.call('GET', '/api/v1/segments/pro_plan/versions')).json.versions).toMatchObject([
      { version: 1, actor: '', actorName: null },
    ])
    await api.call('PUT', '/api/v1/segments/pro_plan', { condition: BASIC })
    const { json } = await api.call('GET', '/api/v1/segments/pro_plan/versions')
    expect(json.versions.map(({ version, condition }: never) => [version, condition])).toEqual([
      [2, BASIC],
      [1, PRO],
    ])
  })
})

describe('what is refused', () => {
  test.each([
    [{ key: 'has space', name: 'n', condition: PRO }, 'key'],
    [{ key: 'a.b', name: 'n', condition: PRO }, 'key'],
    [{ key: 'preview', name: 'n', condition: PRO }, 'key'],
    [{ key: 'k', name: '', condition: PRO }, 'name'],
    [{ key: 'k', name: 'n' }, 'condition'],
    [{ key: 'k', name: 'n', condition: PRO, colour: 'red' }, 'colour'],
  ])('%j is 400 and names %s', async (body, path) => {
    const { status, json } = await mine.call('POST', '/api/v1/segments', body)
    expect([status, json.errors.map((error: { path: string }) => error.path)]).toEqual([400, [path]])
  })

  test.each([
    [{ type: 'trait', path: 'plan', op: 'like', value: 'x' }, 'condition.op'],
    [{ type: 'and', conditions: [PRO, { type: 'nothing' }] }, 'condition.conditions.1.type'],
    [{ type: 'and', conditions: [] }, 'condition.conditions'],
    ['pro', 'condition'],
    [{ type: 'not', condition: reading('nobody_made_this') }, 'condition.condition.key'],
    [reading('itself'), 'condition.key'],
  ])('%j is 422 and names %s', async (condition, path) => {
    const { status, json } = await create('itself', condition)
    expect([status, json.code]).toEqual([422, 'unprocessable'])
    expect(json.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  test('a condition that is too large', async () => {
    const { status, json } = await create('large', { type: 'and', conditions: new Array(300).fill(PRO) })
    expect([status, json.errors[0].path]).toEqual([422, 'condition.conditions.199'])
  })

  test('a second one of a key is a conflict', async () => {
    await create('twice')
    expect((await create('twice')).status).toBe(409)
    expect((await create('twice', PRO, theirs)).status).toBe(201)
  })

  test('a cycle over three segments is named', async () => {
    await create('c1')
    await create('c2', { type: 'and', conditions: [PRO, reading('c1')] })
    await create('c3', { type: 'not', condition: reading('c2') })
    const { status, json } = await mine.call('PUT', '/api/v1/segments/c1', {
      condition: { type: 'or', conditions: [PRO, reading('c3')] },
    })
    expect(status).toBe(422)
    expect(json.errors).toEqual([{ path: 'condition.conditions.1.key', message: 'makes a cycle: c1 → c3 → c2 → c1' }])
  })

  test('deleting what another reads names the reader', async () => {
    await create('read')
    await create('reader', reading('read'))
    const { status, json } = await mine.call('DELETE', '/api/v1/segments/read')
    expect([status, json.detail]).toEqual([409, 'it is read by segment reader'])
    expect((await mine.call('DELETE', '/api/v1/segments/reader')).status).toBe(204)
    expect((await mine.call('DELETE', '/api/v1/segments/read')).status).toBe(204)
  })

  test('another key in the body than in the path', async () => {
    await create('fixed')
    const { status, json } = await mine.call('PUT', '/api/v1/segments/fixed', { key: 'moved', name: 'x' })
    expect([status, json.errors[0].path]).toEqual([422, 'key'])
  })
})

describe('who may', () => {
  test('another workspace sees nothing of a segment and can change nothing', async () => {
    await create('secret')
    const path = '/api/v1/segments/secret'
    expect((await theirs.call('GET', path)).status).toBe(404)
    expect((await theirs.call('PUT', path, { condition: BASIC })).status).toBe(404)
    expect((await theirs.call('DELETE', path)).status).toBe(404)
    expect((await theirs.call('GET', `${path}/members`)).status).toBe(404)
    expect((await theirs.call('POST', '/api/v1/segments/overlap', { keys: ['secret'] })).status).toBe(422)
    expect((await theirs.call('GET', '/api/v1/segments?limit=200')).text).not.toContain('secret')
    expect((await mine.call('GET', path)).json).toMatchObject({ version: 1 })
  })

  test('reading and writing are two scopes', async () => {
    const reader = await anApi(ws.id, ['segments:read'], recording)
    expect((await reader.call('GET', '/api/v1/segments')).status).toBe(200)
    expect((await create('forbidden', PRO, reader)).status).toBe(403)
    const writer = await anApi(ws.id, ['segments:write'], recording)
    expect((await create('allowed', PRO, writer)).status).toBe(201)
    expect((await writer.call('GET', '/api/v1/segments')).status).toBe(403)
  })
})

describe('changes at once', () => {
  test('two changes that would together make a cycle do not both succeed', async () => {
    await create('left')
    await create('right')
    const answers = await Promise.all([
      mine.call('PUT', '/api/v1/segments/left', { condition: reading('right') }),
      mine.call('PUT', '/api/v1/segments/right', { condition: reading('left') }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  test('five of different keys all succeed, and raise the configuration once each', async () => {
    const before = await configVersion()
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => create(`crowd_${i}`)))
    expect(answers.map(({ status }) => status)).toEqual(new Array(5).fill(201))
    expect(await configVersion()).toBe((before ?? 0) + 5)
  })
})

describe('the list of segments', () => {
  test('comes in pages by key', async () => {
    const paged = await aWorkspace({}, { a: PRO, b: PRO, c: PRO, d: PRO, e: PRO })
    const api = await anApi(paged.id)
    const keys: string[] = []
    let cursor: string | null = ''
    for (let page = 0; cursor !== null && page < 5; page++) {
      const { json } = await api.call('GET', `/api/v1/segments?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      keys.push(...json.segments.map((segment: { key: string }) => segment.key))
      cursor = json.cursor
    }
    expect(keys).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})

describe('explaining a person', () => {
  test('gives the verdict of each condition with its evidence', async () => {
    const ws = await aWorkspace(
      { windowMs: 0 },
      { vip: { type: 'and', conditions: [PRO, { type: 'not', condition: BASIC }] } },
    )
    const api = await anApi(ws.id)
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u1', traits: { plan: 'pro' } }])])
    await profileOf(ws, 'user_id', 'u1')
    const { status, json } = await api.call('POST', '/api/v1/profiles/user_id:u1/explain', { segment: 'vip' })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      member: true,
      nextChangeAt: null,
      segment: { key: 'vip', version: 1 },
      told: { member: true, since: expect.any(String) },
      because: {
        type: 'and',
        because: [
          { type: 'trait', member: true, evidence: { trait: 'plan', value: 'pro' } },
          { type: 'not', member: true },
        ],
      },
    })
    const unknown = await api.call('POST', '/api/v1/profiles/user_id:u1/explain', { segment: 'nothing' })
    expect([unknown.status, unknown.json.errors[0].path]).toEqual([422, 'segment'])
    expect((await api.call('POST', '/api/v1/profiles/user_id:nobody/explain', { segment: 'vip' })).status).toBe(404)
    expect((await theirs.call('POST', '/api/v1/profiles/user_id:u1/explain', { segment: 'vip' })).status).toBe(422)
  })
})
