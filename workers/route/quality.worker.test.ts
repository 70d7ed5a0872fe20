import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { archive, type BronzeLine } from '../../platform/archive.ts'
import { allRows, lakeSnapshot } from '../../platform/lake-reader.ts'
import { compactRound } from '../../queues/compact-round.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { apiClient } from '../../test/support/api-client.ts'
import { runJobs } from '../../test/support/run-jobs.ts'
import { aWorkspace, type TestWorkspace } from '../../test/support/workspace.ts'

const AT = Date.now() - 60_000

function line({ id, source }: TestWorkspace, n: number, email: string): BronzeLine {
  const messageId = `${id}-m${n}`
  const body = { type: 'identify', userId: `u${n}`, messageId, traits: { email } }
  const envelope = { requestId: `r${n}`, source, trust: 'public', origin: 'live', receivedAt: AT }
  return {
    copyId: `${id}-r${n}.0`,
    receivedAt: AT,
    workspace: id,
    source,
    messageId,
    type: 'identify',
    outcome: 'applied',
    flags: [],
    canonicalId: 'prf_1',
    leaf: 'prf_1',
    envelope,
    item: { i: 0, body },
  }
}

async function compact() {
  while ((await compactRound(env, { by: 'test', now: Date.now(), until: Number.MAX_SAFE_INTEGER })) !== 'nothing');
}

async function rowsIn({ id }: TestWorkspace): Promise<number> {
  return (await allRows(env.LAKE, await lakeSnapshot(env.LAKE, id), 'events', defaultSettings)).length
}

const email = {
  table: 'events',
  column: 'traits.email',
  kind: 'pattern',
  params: { pattern: '^[^@ ]+@[^@ ]+$' },
  severity: 'hard',
}

describe('expectations', () => {
  test('are made, read, changed and taken away; a default is changed and comes again', async () => {
    const call = await apiClient(await aWorkspace())
    const made = await call('POST', '/quality/expectations', email)
    expect(made).toMatchObject({ status: 201, body: { border: 'silver', default: false, enabled: true } })
    const path = `/quality/expectations/${made.body.id}`
    expect((await call('PUT', path, { ...made.body, severity: 'info' })).body).toMatchObject({ severity: 'info' })
    expect((await call('GET', path)).body).toMatchObject({ severity: 'info', column: 'traits.email' })
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('GET', path)).status).toBe(404)
    const standard = '/quality/expectations/default.events.volume'
    expect((await call('DELETE', standard)).status).toBe(409)
    expect((await call('PUT', standard, { enabled: false })).body).toMatchObject({ enabled: false, default: true })
    const listed = await call('GET', '/quality/expectations?table=events')
    expect(listed.body.expectations.filter(({ id }: { id: string }) => id === 'default.events.volume')).toMatchObject([
      { enabled: false },
    ])
    expect((await call('DELETE', standard)).status).toBe(204)
    expect((await call('GET', standard)).body).toMatchObject({ enabled: true, updatedAt: null })
    const { results } = await env.DB.prepare("SELECT act FROM audit WHERE act LIKE '%Expectation' ORDER BY id").all()
    expect(results.length).toBeGreaterThanOrEqual(5)
  })

  test('that make no sense are refused, and the field is named', async () => {
    const call = await apiClient(await aWorkspace())
    const refused = await call('POST', '/quality/expectations', { ...email, params: { pattern: '(a)\\1' } })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'params.pattern'])
    expect((await call('POST', '/quality/expectations', { ...email, severity: 'fatal' })).status).toBe(400)
    expect((await call('POST', '/quality/expectations', { ...email, column: 'nope' })).status).toBe(422)
  })
})

describe('holds', () => {
  test('say why, tell nobody what was said, and are let go by a person', async () => {
    const workspace = await aWorkspace()
    const [call, other] = [await apiClient(workspace), await apiClient(await aWorkspace())]
    await call('POST', '/quality/expectations', email)
    await archive(env, 'events', [line(workspace, 1, 'secret-name'), line(workspace, 2, 'a@b.co')])
    await compact()
    expect(await rowsIn(workspace)).toBe(0)
    const { holds } = (await call('GET', '/quality/holds?state=held')).body
    expect(holds).toMatchObject([{ border: 'silver', table: 'events', rows: 2, objects: 1, releasedBy: null }])
    const read = await call('GET', '/quality?border=silver&verdict=fail')
    expect(read.body.results).toMatchObject([
      { measured: 0.5, rows: 2, failed: 1, samples: [{ messageId: `${workspace.id}-m1` }] },
    ])
    expect(JSON.stringify([holds, read.body])).not.toContain('secret-name')
    const path = `/quality/holds/${holds[0].id}/release`
    expect((await other('POST', path)).status).toBe(404)
    expect((await other('GET', '/quality')).body.results).toEqual([])
    expect((await call('POST', path)).body).toMatchObject({ state: 'releasing' })
    await runJobs(workspace)
    expect(await rowsIn(workspace)).toBe(2)
    expect((await call('POST', path)).body).toMatchObject({ state: 'released', rows: 0 })
  })

  test('go by themselves when the expectation is mended', async () => {
    const workspace = await aWorkspace()
    const call = await apiClient(workspace)
    const { body } = await call('POST', '/quality/expectations', email)
    await archive(env, 'events', [line(workspace, 1, 'nobody')])
    await compact()
    await call('PUT', `/quality/expectations/${body.id}`, { severity: 'warn' })
    await runJobs(workspace)
    expect(await rowsIn(workspace)).toBe(1)
    expect((await call('GET', '/quality/holds')).body.holds).toMatchObject([{ state: 'passed' }])
  })
})
