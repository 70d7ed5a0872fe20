import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { readDay, readRoot } from '../../platform/lake-manifest.ts'
import { TRACES, traceStub } from '../../platform/stubs.ts'
import { DAY } from '../../shared/kernel/instant.ts'
import { filesOf } from '../../shared/lake/manifest.ts'
import { apiClient } from '../../test/support/api-client.ts'
import { runJobs } from '../../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, profileOf } from '../../test/support/workspace.ts'

test('a message that the trace has forgotten is told by the archive: its copies, whose they were, what became of them', async () => {
  const [ws, other] = [await aWorkspace(), await aWorkspace()]
  const [api, theirs] = [await apiClient(ws), await apiClient(other)]
  const receivedAt = Date.now() - 9 * DAY
  const day = new Date(receivedAt).toISOString().slice(0, 10)
  const old = { receivedAt }
  await deliver([
    aMessage(ws, [{ type: 'track', event: 'Click', userId: 'u', messageId: 'kept' }], old),
    aMessage(ws, [{ type: 'track', event: 'Click', userId: 'u', messageId: 'kept' }], old),
    aMessage(ws, [{ type: 'track', userId: 'u', messageId: 'bad' }], old),
  ])
  const trace = (id: string, query = '') => api('GET', `/events/${id}/trace${query}`)
  expect((await trace('kept')).body).toMatchObject({ from: 'trace', outcome: 'applied' })
  const before = (await trace('kept')).body.steps
  for (const shard of TRACES)
    await runInDurableObject(
      traceStub(env, ws.id, shard),
      (_, { storage }) => void storage.sql.exec('DELETE FROM batch'),
    )
  const { status, body } = await trace('kept')
  expect([status, body.detail]).toEqual([404, 'no such event was seen within the last 7 days'])
  await api('POST', '/lake/compact')
  await runJobs(ws)

  const found = (await trace('kept')).body
  expect(found).toMatchObject({ messageId: 'kept', from: 'archive', outcome: 'applied' })
  const told = (steps: { step: string; outcome: string }[]) => steps.map(({ step, outcome }) => `${step} ${outcome}`)
  expect(told(found.steps).sort()).toEqual(told(before).sort())
  const { id } = await profileOf(ws, 'user_id', 'u')
  expect(found.steps.find(({ step }: { step: string }) => step === 'identity').detail.canonicalId).toBe(id)
  expect((await trace('bad', `?day=${day}`)).body).toMatchObject({
    outcome: 'rejected',
    steps: [{ step: 'received' }, { step: 'validate', outcome: 'rejected', reason: 'missing_name' }],
  })
  expect((await trace('bad', '?day=2020-01-01')).status).toBe(404)
  expect((await trace('never')).body.detail).toContain(`nor is it in the archive of ${day} to ${day}`)
  // Another workspace sees nothing of it.
  expect((await theirs('GET', '/events/kept/trace')).status).toBe(404)

  // Somebody deleted a file of the index by hand: that is for verifying to say.
  const { value: root } = await readRoot(env.LAKE, ws.id)
  for (const { key } of filesOf(await readDay(env.LAKE, root, day), 'index')) await env.LAKE.delete(key)
  expect((await trace('kept')).status).toBe(404)
})
