import { expect, test } from 'vitest'
import { apiClient } from '../../test/support/api-client.ts'
import { runJobs } from '../../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, profileOf } from '../../test/support/workspace.ts'

test('from a row of gold back to the lines of bronze, to the one that wrote a trait, and forward again', async () => {
  const workspace = await aWorkspace()
  const other = await aWorkspace()
  const call = await apiClient(workspace)
  const identify = (messageId: string, plan: string) => ({
    type: 'identify',
    userId: 'u',
    anonymousId: 'a',
    messageId,
    traits: { plan, email: 'a@b.example' },
  })
  await deliver([aMessage(workspace, [identify('m1', 'free')]), aMessage(other, [identify('m1', 'free')])])
  await deliver([aMessage(workspace, [{ ...identify('m2', 'pro'), timestamp: new Date().toISOString() }])])
  await deliver([aMessage(workspace, [{ type: 'track', event: 'Click', userId: 'u', messageId: 'm3' }])])
  await call('POST', '/lake/compact')
  await runJobs(workspace)
  const { id } = await profileOf(workspace, 'user_id', 'u')
  const whole = await call('GET', `/lineage?table=profiles&key=${id}`)
  expect(whole.body.lines.map(({ messageId }: { messageId: string }) => messageId).sort()).toEqual(
    expect.arrayContaining(['m1', 'm2', 'm3']),
  )
  const plan = await call('GET', '/lineage?table=profiles&key=user_id:u&column=traits.plan')
  expect(plan.body).toMatchObject({
    canonicalId: id,
    more: false,
    lines: [{ messageId: 'm2', outcome: 'applied', line: 0, silver: { table: 'events', files: [expect.any(String)] } }],
  })
  expect(plan.body.lines[0].object).toMatch(/^bronze\/events\/dt=/)
  const sessions = await call('GET', `/lineage?table=sessions&key=${id}`)
  expect(sessions.body.lines.map(({ messageId }: { messageId: string }) => messageId)).toEqual(['m3'])
  const forward = await call('GET', '/lineage?messageId=m3')
  expect(forward.body).toMatchObject({
    canonicalId: id,
    lines: [{ messageId: 'm3' }],
    touched: { gold: ['profiles', 'identifiers', 'sessions', 'daily_activity'], segments: [], destinations: [] },
  })
  expect(JSON.stringify([whole.body, forward.body])).not.toContain('a@b.example')
  // Nobody else's, although their message has the same id.
  expect((await (await apiClient(other))('GET', `/lineage?key=${id}`)).status).toBe(404)
  expect((await call('GET', '/lineage?messageId=nope')).status).toBe(404)
  expect((await call('GET', '/lineage?key=user_id:u&column=traits.nope')).status).toBe(404)
})
