import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { jobRow, startJob } from '../../platform/jobs.ts'
import { reviveJob } from '../../platform/revive-job.ts'
import { JobDocument } from '../../shared/contract/read-job.ts'
import { type Api, anApi } from '../../test/support/api.ts'
import { aWorkspace, type TestWorkspace } from '../../test/support/workspace.ts'

const silent: Env = { ...env, JOBS: { send: async () => {} } as unknown as Queue }
let [ws, other] = [] as unknown as [TestWorkspace, TestWorkspace]
let [mine, theirs] = [] as unknown as [Api, Api]

beforeAll(async () => {
  ;[ws, other] = [await aWorkspace(), await aWorkspace()]
  ;[mine, theirs] = [await anApi(ws.id), await anApi(other.id)]
})

async function aJob(now: number, kind = 'count'): Promise<string> {
  return (await startJob(silent, { workspace: ws.id, kind, input: { secret: 1 }, total: 9 }, now)).jobId
}

describe('reading a job', () => {
  test('says how far it is, and nothing of what it works on', async () => {
    const id = await aJob(1_000)
    const { status, json } = await mine.call('GET', `/api/v1/jobs/${id}`)
    expect(status).toBe(200)
    expect(JobDocument.parse(json)).toEqual(json)
    expect(json).toMatchObject({ id, kind: 'count', state: 'queued', done: 0, total: 9, errors: 0, result: null })
    expect(JSON.stringify(json)).not.toContain('secret')
  })

  test('of another workspace, or of nobody, is the same 404', async () => {
    const id = await aJob(1_000)
    expect((await theirs.call('GET', `/api/v1/jobs/${id}`)).status).toBe(404)
    expect((await theirs.call('POST', `/api/v1/jobs/${id}/cancel`)).status).toBe(404)
    expect((await mine.call('GET', '/api/v1/jobs/job_nothing')).status).toBe(404)
    expect(await jobRow(env, ws.id, id)).toMatchObject({ state: 'queued' })
  })
})

describe('the list of jobs', () => {
  test('is newest first, in pages that new jobs do not shift, by kind and state', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift(await aJob(10_000 + i, 'paged'))
    const first = await mine.call('GET', '/api/v1/jobs?kind=paged&limit=2')
    await aJob(20_000, 'paged')
    const second = await mine.call('GET', `/api/v1/jobs?kind=paged&limit=2&cursor=${first.json.cursor}`)
    const third = await mine.call('GET', `/api/v1/jobs?kind=paged&limit=2&cursor=${second.json.cursor}`)
    const pages = [first, second, third].map(({ json }) => json.jobs.map((job: JobDocument) => job.id))
    expect(pages.flat()).toEqual(ids)
    expect(third.json.cursor).toBeNull()
    expect((await mine.call('GET', '/api/v1/jobs?kind=paged&state=failed')).json).toEqual({ jobs: [], cursor: null })
    expect((await theirs.call('GET', '/api/v1/jobs')).json).toEqual({ jobs: [], cursor: null })
  })

  test('a chore that begins again under the same name stands where it began, and not above all others for ever', async () => {
    await reviveJob(silent, { workspace: ws.id, id: 'job_tend', kind: 'mixed' }, 30_000)
    const later = await aJob(40_000, 'mixed')
    const list = async (query: string) => (await mine.call('GET', `/api/v1/jobs?kind=mixed&limit=1${query}`)).json
    const first = await list('')
    const second = await list(`&cursor=${first.cursor}`)
    expect([...first.jobs, ...second.jobs].map((job: JobDocument) => job.id)).toEqual([later, 'job_tend'])
  })
})

describe('cancelling a job', () => {
  test('ends it, again changes nothing, and is in the audit log once', async () => {
    const id = await aJob(1_000)
    const first = await mine.call('POST', `/api/v1/jobs/${id}/cancel`)
    expect([first.status, first.json.state]).toEqual([200, 'cancelled'])
    const again = await mine.call('POST', `/api/v1/jobs/${id}/cancel`)
    expect([again.status, again.json]).toEqual([200, first.json])
    const { results } = await env.DB.prepare("SELECT actor FROM audit WHERE workspace = ? AND act = 'cancelJob'")
      .bind(ws.id)
      .all()
    expect(results).toEqual([{ actor: mine.tokenId }])
  })

  test('that is over is a conflict that says so', async () => {
    const id = await aJob(1_000)
    await env.DB.prepare("UPDATE jobs SET state = 'done' WHERE id = ?").bind(id).run()
    const { status, json } = await mine.call('POST', `/api/v1/jobs/${id}/cancel`)
    expect([status, json.code, json.detail]).toEqual([409, 'conflict', 'the job is already done'])
  })

  test('needs its own scope', async () => {
    const reader = await anApi(ws.id, ['jobs:read'])
    const id = await aJob(1_000)
    expect((await reader.call('GET', `/api/v1/jobs/${id}`)).status).toBe(200)
    expect((await reader.call('POST', `/api/v1/jobs/${id}/cancel`)).status).toBe(403)
  })
})

describe('metrics', () => {
  test('count the jobs of the workspace by kind and state', async () => {
    const counted = await aWorkspace()
    const api = await anApi(counted.id)
    expect((await api.call('GET', '/metrics')).text).toContain('# TYPE cdp_jobs gauge')
    for (const at of [Date.now() - 30 * 86_400_000, Date.now(), Date.now()]) {
      await startJob(silent, { workspace: counted.id, kind: 'count', input: {} }, at)
    }
    expect((await api.call('GET', '/metrics')).text).toContain('cdp_jobs{kind="count",state="queued"} 2')
    expect((await theirs.call('GET', '/metrics')).text).not.toContain('cdp_jobs{')
  })
})
