import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { profileStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { apiClient } from '../support/api-client.ts'
import { aMessage, aWorkspace, deliver, locate } from '../support/workspace.ts'

const pro = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }

describe('where did my event go', () => {
  test('every step of an applied event, with the segment it decided', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro })
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u', messageId: 'm/1', traits: { plan: 'pro' } }])])
    await runDurableObjectAlarm(profileStub(env, ws.id, (await locate(ws, 'user_id', 'u')) as CanonicalId))
    const { status, body } = await api('GET', '/events/m%2F1/trace')
    expect(status).toBe(200)
    expect(body).toMatchObject({ messageId: 'm/1', outcome: 'applied' })
    expect(body.steps.map((step: { step: string; outcome: string }) => `${step.step} ${step.outcome}`)).toEqual([
      'received accepted',
      'validate pass',
      'identity resolved',
      'profile applied',
      'segment enter',
    ])
    // Who may read where it went may not read who it was.
    expect(JSON.stringify(body)).not.toContain('"u"')
  })

  test('a membership that began and ended inside the window is told nobody, and whoever asks', async () => {
    const ws = await aWorkspace({ windowMs: 60_000 }, { pro })
    const api = await apiClient(ws)
    const identify = (plan: string, messageId: string, at: number) =>
      deliver([
        aMessage(ws, [
          { type: 'identify', userId: 'u', messageId, traits: { plan }, timestamp: new Date(at).toISOString() },
        ]),
      ])
    const now = Date.now()
    await identify('pro', 'began', now - 10_000)
    await identify('free', 'ended', now - 5_000)
    const stepOf = async (id: string) =>
      (await api('GET', `/events/${id}/trace`)).body.steps.find(({ step }: { step: string }) => step === 'segment')
    const detail = { segment: 'pro', change: 'enter' }
    expect(await stepOf('began')).toMatchObject({ outcome: 'not_told', reason: 'ended inside the window', detail })
    expect(await stepOf('ended')).toMatchObject({
      outcome: 'not_told',
      reason: 'ended what had not been told yet',
      detail,
    })
    const explained = await api('POST', '/profiles/user_id:u/explain', { segment: 'pro' })
    expect(explained.body).toMatchObject({
      member: false,
      told: { member: false, since: null },
      notTold: [{ change: 'ENTER', began: new Date(now - 10_000).toISOString() }],
    })
  })

  test('a refused link, a duplicate, a rejected item and a redelivered batch are all there, each copy once', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const message = aMessage(ws, [
      { type: 'track', event: 'x', userId: 'a', anonymousId: 'tv' },
      { type: 'track', event: 'x', userId: 'b', anonymousId: 'tv', messageId: 'refused' },
      { type: 'track', event: 'x', userId: 'b', messageId: 'twice' },
      { type: 'track', event: 'x', userId: 'b', messageId: 'twice' },
      { type: 'track', userId: 'b', messageId: 'nameless' },
    ])
    await deliver([message])
    await deliver([message], 2)
    const traceOf = async (id: string) => (await api('GET', `/events/${id}/trace`)).body
    expect((await traceOf('refused')).steps).toContainEqual(
      expect.objectContaining({ step: 'identity', outcome: 'link_refused', reason: 'limit' }),
    )
    const twice = await traceOf('twice')
    expect(twice.outcome).toBe('applied')
    expect(twice.steps.filter((step: { step: string }) => step.step === 'received').length).toBe(2)
    expect(twice.steps).toContainEqual(expect.objectContaining({ step: 'deduplicate', outcome: 'duplicate' }))
    expect(await traceOf('nameless')).toMatchObject({
      outcome: 'rejected',
      steps: [{ step: 'received' }, { step: 'validate', outcome: 'rejected', reason: 'missing_name' }],
    })
  })

  test('an event of nobody, or of another workspace, is 404', async () => {
    const ws = await aWorkspace()
    await deliver([aMessage(ws, [{ type: 'track', event: 'x', userId: 'u', messageId: 'ours' }])])
    expect((await (await apiClient(ws))('GET', '/events/nothing/trace')).status).toBe(404)
    expect((await (await apiClient(await aWorkspace()))('GET', '/events/ours/trace')).status).toBe(404)
  })
})
