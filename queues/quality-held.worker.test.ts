import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive } from '../platform/archive.ts'
import { pruneBronze } from '../platform/lake-retention.ts'
import { beginQualityCheck } from '../platform/quality-check.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'
import { apiClient } from '../test/support/api-client.ts'
import { compactAll, emptyBucket, expectThat, holdsOf, keysIn, line, NOW } from '../test/support/quality-story.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aWorkspace, type TestWorkspace } from '../test/support/workspace.ts'
import { tendLake } from './tend-lake.ts'

beforeEach(emptyBucket)

// Objects are named after the copies in them, and holds of other tests stay: each test has numbers of its own.
const LONG_AGO = Math.floor((NOW - 40 * DAY) / HOUR) * HOUR

function oldLine(workspace: TestWorkspace, n: number, total: number, receivedAt = LONG_AGO) {
  const envelope = { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt }
  return line(workspace, n, { total }, { receivedAt, envelope })
}

async function tend({ id: workspace }: TestWorkspace, now: number) {
  let cursor: unknown = null
  for (let steps = 0; steps < 200; steps++) {
    const job = { id: 'job_tend', workspace, input: {}, cursor, done: 0, total: 0, errors: 0 }
    const step = await tendLake.step(env, job, now)
    if (step.finished) return
    cursor = step.cursor
  }
  throw new Error('tending does not end')
}

async function bronze(): Promise<string> {
  const texts: string[] = []
  for (const { key } of (await env.LAKE.list({ prefix: 'bronze/' })).objects) {
    const body = (await env.LAKE.get(key))?.body
    if (body) texts.push(await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text())
  }
  return texts.join('\n')
}

async function release(workspace: TestWorkspace) {
  const api = await apiClient(workspace)
  const [hold] = await holdsOf(workspace)
  expect((await api('POST', `/quality/holds/${hold?.id}/release`)).status).toBe(200)
  await runJobs(workspace)
}

describe('rows that are held for longer than bronze is kept', () => {
  test('were lost when bronze went: it stays until they are let go, and goes then', async () => {
    const [held, other] = [await aWorkspace(), await aWorkspace()]
    await expectThat(held)
    await archive(env, 'events', [oldLine(held, 1, -1)])
    await archive(env, 'events', [oldLine(other, 2, -1)])
    await archive(env, 'events', [line(held, 3)])
    await compactAll()
    expect([await keysIn(held), await keysIn(other)]).toEqual([['m3'], ['m2']])
    expect(await pruneBronze(env, 30, NOW)).toBe(1)
    expect(await pruneBronze(env, 30, NOW)).toBe(0)
    expect(await bronze()).toContain('"m1"')
    expect((await env.LAKE.list({ prefix: 'lake/taken/events/' })).objects.length).toBe(2)
    await beginQualityCheck(env, held.id, NOW)
    await runJobs(held)
    expect(await holdsOf(held)).toMatchObject([{ state: 'held', rows: 1 }])
    await release(held)
    expect(await keysIn(held)).toEqual(['m1', 'm3'])
    expect(await pruneBronze(env, 30, NOW)).toBe(1)
    expect(await bronze()).not.toContain('"m1"')
    expect((await env.LAKE.list({ prefix: 'lake/taken/events/' })).objects.length).toBe(1)
    expect(await keysIn(held)).toEqual(['m1', 'm3'])
  })

  test('behind more of them than one listing has, what nobody holds goes all the same', async () => {
    const [held, other] = [await aWorkspace(), await aWorkspace()]
    await expectThat(held)
    for (const n of [11, 12, 13]) await archive(env, 'events', [oldLine(held, n, -1)])
    await archive(env, 'events', [oldLine(other, 14, 1, LONG_AGO + HOUR)])
    await compactAll()
    const list = (options: R2ListOptions) => env.LAKE.list({ ...options, limit: 2 })
    const short = new Proxy(env.LAKE, {
      get: (bucket, name) => (name === 'list' ? list : (Reflect.get(bucket, name) as () => unknown).bind(bucket)),
    })
    expect(await pruneBronze({ ...env, LAKE: short }, 30, NOW)).toBe(1)
    expect((await env.LAKE.list({ prefix: 'bronze/' })).objects.length).toBe(3)
  })

  test('of a workspace that keeps bronze for less than others its held lines stay, and go on the day after they are let go', async () => {
    const [brief, long] = [await aWorkspace({ retention: { bronzeDays: 2 } }), await aWorkspace()]
    await expectThat(brief)
    const receivedAt = Math.floor((NOW - 3 * DAY) / HOUR) * HOUR
    await archive(env, 'events', [
      oldLine(brief, 21, -1, receivedAt),
      oldLine(brief, 22, 1, receivedAt - HOUR),
      oldLine(long, 23, 1, receivedAt),
    ])
    await compactAll()
    await tend(brief, receivedAt + 2 * DAY + 2 * HOUR)
    const [before] = [await bronze()]
    expect([before.includes('"m21"'), before.includes('"m22"'), before.includes('"m23"')]).toEqual([true, false, true])
    await release(brief)
    expect(await keysIn(brief)).toEqual(['m21', 'm22'])
    await tend(brief, NOW + HOUR)
    const after = await bronze()
    expect([after.includes('"m21"'), after.includes('"m23"')]).toEqual([false, true])
    expect(await keysIn(brief)).toEqual(['m21', 'm22'])
  })

  test('are given up when silver would not have them any more, and the hold says so', async () => {
    const workspace = await aWorkspace({ retention: { silverDays: 60 } })
    await expectThat(workspace)
    await archive(env, 'events', [oldLine(workspace, 31, -1)])
    await compactAll()
    await tend(workspace, NOW)
    expect(await holdsOf(workspace)).toMatchObject([{ state: 'held' }])
    await tend(workspace, NOW + 21 * DAY)
    expect(await holdsOf(workspace)).toMatchObject([{ state: 'expired', rows: 1, objects: '[]' }])
    const { body } = await (await apiClient(workspace))('GET', '/quality/holds?state=expired')
    expect(body.holds).toMatchObject([{ state: 'expired', rows: 1, objects: 0 }])
    expect(await pruneBronze(env, 30, NOW + 21 * DAY)).toBe(1)
  })
})
