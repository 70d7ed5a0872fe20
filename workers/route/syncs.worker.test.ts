import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { beginSyncs } from '../../platform/sync-runs.ts'
import { runJob } from '../../queues/run-jobs.ts'
import { anApi } from '../../test/support/api.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

const PASSWORD = 'a password nobody reads back'
const settings = { host: 'db.example.com', database: 'cdp', user: 'tributary', password: PASSWORD }
const warehouse = { type: 'postgres', name: 'Warehouse', settings }

async function aCaller(environment: Env = env) {
  const ws = await aWorkspace()
  return { ws, api: await anApi(ws.id, ['*'], environment) }
}

describe('syncs', () => {
  test('are made, read, listed, changed and deleted; secrets are never read back', async () => {
    const { ws, api } = await aCaller()
    const made = await api.call('POST', '/api/v1/syncs', {
      ...warehouse,
      tables: ['events', 'profiles'],
      schedule: '5m',
    })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      id: expect.stringMatching(/^syn_/),
      type: 'postgres',
      tables: ['events', 'profiles'],
      schedule: '5m',
      settings: {
        host: 'db.example.com',
        port: 5432,
        schema: 'tributary',
        tls: 'require',
        password: { last4: 'back' },
      },
      status: {
        state: 'new',
        jobId: null,
        lastRun: null,
        lagSeconds: null,
        lastError: null,
        tables: [],
        verified: null,
      },
    })
    const path = `/api/v1/syncs/${made.json.id}`
    const read = await api.call('GET', path)
    const changed = await api.call('PUT', path, { ...read.json, tables: null, schedule: 'daily', enabled: false })
    expect(changed.json).toMatchObject({ version: 2, tables: null, schedule: 'daily', status: { state: 'disabled' } })
    expect(changed.json.settings).toEqual(made.json.settings)
    expect((await api.call('POST', `${path}/run`)).status).toBe(422)
    const list = await api.call('GET', '/api/v1/syncs')
    expect(list.json.syncs.map(({ id }: { id: string }) => id)).toEqual([made.json.id])
    for (const { text } of [made, read, changed, list]) expect(text).not.toContain(PASSWORD)
    expect((await api.call('DELETE', path)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await api.call(method, path)).status).toBe(404)
    const { results } = await env.DB.prepare('SELECT act, detail FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(ws.id)
      .all<{ act: string; detail: string }>()
    expect(results.map(({ act }) => act)).toEqual(['createSync', 'updateSync', 'deleteSync'])
    expect(JSON.stringify(results)).not.toContain(PASSWORD)
  })

  test('their types say what can be set, as forms need it', async () => {
    const { api } = await aCaller()
    const { json } = await api.call('GET', '/api/v1/sync-types')
    const postgres = json.types.find(({ type }: { type: string }) => type === 'postgres')
    expect(postgres).toMatchObject({ secrets: ['password'], erases: 'deleted' })
    expect(postgres.settings.properties.port).toMatchObject({ default: 5432 })
  })

  test.each<[string, object, number, string]>([
    ['a type that does not exist', { ...warehouse, type: 'fax' }, 400, 'type'],
    ['a table that does not exist', { ...warehouse, tables: ['moon'] }, 400, 'tables.0'],
    ['a table twice', { ...warehouse, tables: ['events', 'events'] }, 400, 'tables'],
    ['a schedule that is none', { ...warehouse, schedule: 'often' }, 400, 'schedule'],
    ['a missing secret', { ...warehouse, settings: { ...settings, password: undefined } }, 422, 'settings.password'],
    ['a setting that does not exist', { ...warehouse, settings: { ...settings, x: 1 } }, 422, 'settings.x'],
    ['a private address', { ...warehouse, settings: { ...settings, host: '10.0.0.1' } }, 422, 'settings.host'],
    ['this machine', { ...warehouse, settings: { ...settings, host: 'localhost' } }, 422, 'settings.host'],
    ['an inner name', { ...warehouse, settings: { ...settings, host: 'db.internal' } }, 422, 'settings.host'],
    ['a folder of sockets', { ...warehouse, settings: { ...settings, host: '/var/run' } }, 422, 'settings.host'],
    ['a schema that is SQL', { ...warehouse, settings: { ...settings, schema: 'a"; DROP' } }, 422, 'settings.schema'],
    ['passwords in the open', { ...warehouse, settings: { ...settings, tls: 'off' } }, 422, 'settings.tls'],
  ])('%s is refused, and the field named', async (_, body, status, path) => {
    const { api } = await aCaller({ ...env, OUTBOUND: 'public' } as Env)
    const answer = await api.call('POST', '/api/v1/syncs', body)
    expect([answer.status, answer.json.errors?.[0]?.path]).toEqual([status, path])
  })

  test('belong to their workspace: to another they do not exist', async () => {
    const [mine, other] = [await aCaller(), await aCaller()]
    const { json } = await mine.api.call('POST', '/api/v1/syncs', warehouse)
    const path = `/api/v1/syncs/${json.id}`
    for (const [method, at, body] of [
      ['GET', path],
      ['PUT', path, { name: 'x' }],
      ['DELETE', path],
      ['POST', `${path}/run`, {}],
      ['POST', `${path}/verify`],
    ] as const)
      expect([method, at, (await other.api.call(method, at, body)).status]).toEqual([method, at, 404])
    expect((await other.api.call('GET', '/api/v1/syncs')).json.syncs).toEqual([])
    expect((await mine.api.call('GET', path)).status).toBe(200)
  })

  test('a run that cannot reach its server says why, keeps trying, and asking again answers the same job', async () => {
    const { ws, api } = await aCaller()
    const nobody = { ...settings, host: '127.0.0.1', port: 9, tls: 'off' }
    const { json } = await api.call('POST', '/api/v1/syncs', { ...warehouse, settings: nobody })
    const path = `/api/v1/syncs/${json.id}`
    const run = await api.call('POST', `${path}/run`)
    expect([run.status, (await api.call('POST', `${path}/run`)).json]).toEqual([202, run.json])
    expect((await api.call('POST', `${path}/run`, { full: true })).status).toBe(409)
    await runJob(env, { v: 1, workspace: ws.id, id: run.json.jobId, turn: 0 })
    const { status } = (await api.call('GET', path)).json
    expect(status).toMatchObject({ state: 'failing', jobId: run.json.jobId, lastRun: { endedAt: null } })
    expect(status.lastError.reason).not.toBe('')
  })

  test('begin by their schedule, each once in its period', async () => {
    const { ws, api } = await aCaller()
    await api.call('POST', '/api/v1/syncs', { ...warehouse, schedule: 'hourly' })
    const jobs = () =>
      env.DB.prepare("SELECT id, turn FROM jobs WHERE workspace = ? AND kind = 'sync-warehouse'").bind(ws.id).all()
    const hour = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    await beginSyncs(env, hour + 60_000)
    const [first] = (await jobs()).results
    expect(first).toMatchObject({ turn: 0 })
    await env.DB.prepare("UPDATE jobs SET state = 'done' WHERE workspace = ?").bind(ws.id).run()
    await beginSyncs(env, hour + 120_000)
    expect((await jobs()).results).toEqual([first])
    await beginSyncs(env, hour + 3_600_000)
    expect((await jobs()).results).toMatchObject([{ id: first?.['id'], turn: 1 }])
  })
})
