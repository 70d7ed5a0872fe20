import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { startJob } from '../platform/jobs.ts'
import { DAY, isoDay } from '../shared/kernel/instant.ts'
import { apiClient } from '../test/support/api-client.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver } from '../test/support/workspace.ts'

test('profiles are scored once a day, and the days can be read', async () => {
  const workspace = await aWorkspace()
  const call = await apiClient(workspace)
  expect((await call('GET', '/quality/profiles')).body).toEqual({ today: null, history: [] })
  const identify = (userId: string, plan: string, email: string, source = workspace.source) =>
    aMessage(workspace, [{ type: 'identify', userId, messageId: `${source}-${userId}`, traits: { plan, email } }], {
      source,
    })
  const second = 'src_second0'
  await env.DB.prepare("INSERT INTO sources (id, workspace, name, kind, created_at) VALUES (?, ?, 'b', 'web', 0)")
    .bind(second, workspace.id)
    .run()
  await deliver([identify('a', 'free', 'a@b.example'), identify('b', 'free', 'nonsense')])
  await deliver([identify('a', 'pro', 'a@b.example', second)])
  await call('POST', '/lake/compact')
  await runJobs(workspace)
  const now = Date.now()
  // Conflicts are looked for in days that are over.
  const day = isoDay(now + DAY)
  await startJob(env, { workspace: workspace.id, kind: 'score-profiles', input: { day } }, now)
  await runJobs(workspace)
  const { body } = await call('GET', '/quality/profiles')
  expect(body.today).toMatchObject({ day, profiles: 2, completeness: expect.any(Number), suspectedDuplicates: 0 })
  expect(body.today.fields).toContainEqual({ field: 'traits.plan', share: 1 })
  expect(body.today.formats).toContainEqual({ field: 'traits.email', checked: 2, share: 0.5 })
  expect(body.today.conflicts).toEqual({ traits: 1, of: 4 })
  expect(body.today.staleness.day).toBe(2)
  expect(JSON.stringify(body)).not.toContain('nonsense')
})
