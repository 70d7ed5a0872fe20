import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { startJob } from '../platform/jobs.ts'
import { DAY } from '../shared/kernel/instant.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, locate, profileOf } from '../test/support/workspace.ts'
import { beginDailyJobs } from './daily-jobs.ts'
import { forgetIdle } from './forget-idle.ts'

const click = (fields: Record<string, string>) => ({ type: 'track', event: 'Click', ...fields })
const job = (workspace: string) => ({
  id: 'job',
  workspace,
  input: { day: 'd' },
  cursor: null,
  done: 0,
  total: 0,
  errors: 0,
})

describe('people of whom nothing was heard for long', () => {
  test('are removed when they are known by a device alone, and start anew when they come back', async () => {
    const ws = await aWorkspace()
    await deliver([
      aMessage(ws, [click({ anonymousId: 'gone' }), click({ userId: 'stays' }), click({ anonymousId: 'late' })]),
    ])
    const before = await locate(ws, 'anonymous_id', 'gone')
    await deliver([aMessage(ws, [click({ anonymousId: 'late' })], { receivedAt: Date.now() + 80 * DAY })])
    const step = await forgetIdle.step(env, job(ws.id), Date.now() + 91 * DAY)
    expect(step).toMatchObject({ done: 1, finished: true })
    expect(await locate(ws, 'anonymous_id', 'gone')).toBeNull()
    expect((await profileOf(ws, 'user_id', 'stays')).eventCounts).toEqual({ Click: 1 })
    expect((await profileOf(ws, 'anonymous_id', 'late')).eventCounts).toEqual({ Click: 2 })
    await deliver([aMessage(ws, [click({ anonymousId: 'gone' })])])
    const anew = await profileOf(ws, 'anonymous_id', 'gone')
    expect(anew).toMatchObject({ eventCounts: { Click: 1 } })
    expect(anew.id).not.toBe(before)
  })

  test('are looked for once a day, whatever the cron does', async () => {
    const ws = await aWorkspace()
    const night = Date.UTC(2030, 0, 2, 3, 10)
    for (const at of [night, night + 60_000]) await beginDailyJobs(env, at)
    await beginDailyJobs(env, night + 5 * 3_600_000)
    const jobs = await env.DB.prepare("SELECT COUNT(*) AS n FROM jobs WHERE workspace = ? AND kind = 'forget-idle'")
      .bind(ws.id)
      .first<{ n: number }>()
    expect(jobs?.n).toBe(1)
  })

  test('the job is one that the runner knows', async () => {
    const ws = await aWorkspace()
    await startJob(env, { workspace: ws.id, kind: 'forget-idle', input: { day: '2030-01-01' } }, Date.now())
    await runJobs(ws)
  })
})
