import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { runJobs } from '../support/run-jobs.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  locate,
  meterOf,
  profileOf,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

const track = (event: string, messageId: string, properties: JsonObject = {}, userId = 'u') => ({
  type: 'track',
  event,
  messageId,
  userId,
  properties,
})

async function aStory(...transformations: object[]): Promise<{ ws: TestWorkspace; api: ApiClient; ids: string[] }> {
  const ws = await aWorkspace()
  const api = await apiClient(ws)
  const ids: string[] = []
  for (const one of transformations)
    ids.push((await api('POST', '/transformations', { name: 'a rule', ...one })).body.id)
  return { ws, api, ids }
}

async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify(await read().catch(() => undefined)) === JSON.stringify(expected)) return
    await new Promise((resume) => setTimeout(resume, 20))
  }
  expect(await read()).toEqual(expected)
}

describe('transformations in the pipeline', () => {
  test('rewrite events before anybody else sees them, one after the other, and the trace names them', async () => {
    const { ws, api, ids } = await aStory(
      { name: 'spelling', events: ['Ordr'], steps: [{ op: 'set', to: 'event', value: 'Order' }] },
      { name: 'card', events: ['Order'], steps: [{ op: 'mask', path: 'properties.card', keep: 4 }] },
      { name: 'off', enabled: false, steps: [{ op: 'filter', path: 'x', is: 'exists' }] },
    )
    await deliver([aMessage(ws, [track('Ordr', 'm1', { card: '4242424242424242' }), track('Viewed', 'm2')])])
    const profile = await profileOf(ws, 'user_id', 'u')
    expect(profile.eventCounts).toEqual({ Order: 1, Viewed: 1 })
    const order = (await timelineOf(ws, profile.id)).find(({ messageId }) => messageId === 'm1')
    expect(order).toMatchObject({ name: 'Order', properties: { card: '********4242' } })
    const { steps } = (await api('GET', '/events/m1/trace')).body
    const told = steps.filter(({ step }: { step: string }) => step === 'transform')
    expect(told).toMatchObject([
      { outcome: 'changed', detail: { transformation: ids[0], name: 'spelling', version: 1 } },
      { outcome: 'changed', detail: { transformation: ids[1], name: 'card' } },
    ])
    expect(JSON.stringify(steps)).not.toContain('4242424242424242')
    // The archive keeps what came, and beside it what it became.
    const line = [...(await ledgerOf(ws)).values()].find(({ messageId }) => messageId === 'm1')
    expect(line).toMatchObject({
      item: { body: { event: 'Ordr' } },
      changes: { name: 'Order', within: { properties: { card: '********4242' } } },
    })
  })

  test('can say who it is: the identifiers are read after them', async () => {
    const { ws } = await aStory({ steps: [{ op: 'rename', from: 'properties.customer', to: 'userId' }] })
    await deliver([
      aMessage(ws, [
        { type: 'track', event: 'Order', anonymousId: 'a', messageId: 'm', properties: { customer: 'c7' } },
      ]),
    ])
    expect((await profileOf(ws, 'user_id', 'c7')).id).toBe((await profileOf(ws, 'anonymous_id', 'a')).id)
  })

  test('that take every identifier away leave a dead letter, and nobody', async () => {
    const { ws, api } = await aStory({ name: 'too much', steps: [{ op: 'remove', path: 'userId' }] })
    await deliver([aMessage(ws, [track('Order', 'm')])])
    expect(await locate(ws, 'user_id', 'u')).toBeNull()
    const line = [...(await ledgerOf(ws)).values()][0]
    expect(line).toMatchObject({
      outcome: 'dead_letter',
      stage: 'transform',
      reason: expect.stringContaining('too much: userId'),
    })
    const trace = (await api('GET', '/events/m/trace')).body
    expect(trace).toMatchObject({ outcome: 'dead_letter' })
  })

  test('of one source leave the events of others alone; those of another workspace do nothing here', async () => {
    const drop = { steps: [{ op: 'filter', path: 'x', is: 'exists' }] }
    const other = await aStory(drop)
    const { ws, api } = await aStory()
    const elsewhere = (await api('POST', '/sources', { name: 'server', kind: 'server' })).body.id
    await api('POST', '/transformations', { name: 'r', sources: [elsewhere], ...drop })
    await deliver([
      aMessage(ws, [track('Order', 'm1')]),
      aMessage({ ...ws, source: elsewhere }, [track('Order', 'm2')]),
    ])
    await deliver([aMessage(other.ws, [track('Order', 'm3')])])
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Order: 1 })
    expect(await locate(other.ws, 'user_id', 'u')).toBeNull()
    expect((await meterOf(other.ws)).counts).toMatchObject({ 'dropped:transformation': 1 })
  })

  test('a public key cannot put itself on a list by a name that a transformation gives it', async () => {
    const { ws } = await aStory({ steps: [{ op: 'rename', from: 'traits.x', to: 'traits.$list:vip' }] })
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u', messageId: 'm', traits: { x: true } }])])
    await profileOf(ws, 'user_id', 'u')
    expect([...(await ledgerOf(ws)).values()]).toEqual([
      expect.objectContaining({ outcome: 'applied', changes: { traits: {} } }),
    ])
  })

  test('a filter that was wrong is mended, and what it dropped takes effect under its old messageId', async () => {
    const wrong = [{ op: 'filter', path: 'properties.totl', is: 'gt', value: 0 }]
    const { ws, api, ids } = await aStory({ name: 'paid only', steps: wrong })
    const from = new Date(Date.now() - 1_000).toISOString()
    await deliver([aMessage(ws, [track('Order', 'm1', { total: 5 }), track('Order', 'm2', { total: 0 })])])
    expect(await locate(ws, 'user_id', 'u')).toBeNull()
    const trace = async (id: string) => (await api('GET', `/events/${id}/trace`)).body
    expect(await trace('m1')).toMatchObject({ outcome: 'dropped' })
    expect((await trace('m1')).steps).toContainEqual(
      expect.objectContaining({ step: 'transform', outcome: 'dropped', reason: 'steps.0: filter' }),
    )
    const right = [{ op: 'filter', path: 'properties.total', is: 'gt', value: 0 }]
    await api('PUT', `/transformations/${ids[0]}`, { steps: right })
    const to = new Date(Date.now() + 1_000).toISOString()
    const { body } = await api('POST', '/replays', { from, to, outcome: 'dropped', reason: 'transformation' })
    await runJobs(ws)
    expect((await api('GET', `/jobs/${body.jobId}`)).body).toMatchObject({ state: 'done', result: { replayed: 2 } })
    await eventually(async () => (await profileOf(ws, 'user_id', 'u')).eventCounts, { Order: 1 })
    const timeline = await timelineOf(ws, (await profileOf(ws, 'user_id', 'u')).id)
    expect(timeline.map(({ messageId }) => messageId)).toEqual(['m1'])
    await eventually(async () => (await trace('m1')).outcome, 'applied')
    expect((await trace('m2')).outcome).toBe('dropped')
  })

  test('a dead letter of a transformation that was mended is replayed', async () => {
    const { ws, api, ids } = await aStory({ name: 'nameless', steps: [{ op: 'remove', path: 'event' }] })
    await deliver([aMessage(ws, [track('Order', 'm')])])
    await eventually(async () => (await api('GET', '/dead-letters?stage=transform')).body.deadLetters.length, 1)
    await api('DELETE', `/transformations/${ids[0]}`)
    await api('POST', '/dead-letters:replay', { stage: 'transform' })
    await runJobs(ws)
    await eventually(async () => (await profileOf(ws, 'user_id', 'u')).eventCounts, { Order: 1 })
  })

  test('a rebuild gives what was applied, though the transformation is gone since', async () => {
    const { ws, api, ids } = await aStory({ steps: [{ op: 'set', to: 'event', value: 'Order' }] })
    await deliver([aMessage(ws, [track('Ordr', 'm', { total: 5 })])])
    await api('DELETE', `/transformations/${ids[0]}`)
    const { status } = await api('POST', '/rebuilds', { profiles: ['user_id:u'] })
    expect(status).toBe(202)
    await runJobs(ws)
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Order: 1 })
  })

  test('do nothing where the workspace, or the source, leaves the stage out', async () => {
    const { ws, api } = await aStory({ steps: [{ op: 'set', to: 'event', value: 'Order' }] })
    await api('PATCH', '/workspace', { pipeline: { sources: { [ws.source]: { stages: ['plan'] } } } })
    await deliver([aMessage(ws, [track('Ordr', 'm')])])
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Ordr: 1 })
  })

  test('delivered twice, a transformed event is one event', async () => {
    const { ws } = await aStory({ steps: [{ op: 'set', to: 'event', value: 'Order' }] })
    const message = aMessage(ws, [track('Ordr', 'm')])
    await deliver([message])
    await deliver([message])
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Order: 1 })
  })

  test('of code are asked once for the whole batch; each answer is for its own event', async () => {
    const code = `export function onBatch(events) {
      return events.map((event) => {
        if (event.properties.total === 0) return null
        if (event.event === 'Viewed') return
        if (event.event === 'Broken') return { ...event, event: 7 }
        return { ...event, properties: { ...event.properties, of: events.length } }
      })
    }`
    const { ws, api, ids } = await aStory({ name: 'own code', code })
    await deliver([
      aMessage(ws, [
        track('Order', 'm1', { total: 5 }),
        track('Order', 'm2', { total: 0 }),
        track('Viewed', 'm3'),
        track('Broken', 'm4'),
      ]),
    ])
    const profile = await profileOf(ws, 'user_id', 'u')
    expect(profile.eventCounts).toEqual({ Order: 1, Viewed: 1 })
    const order = (await timelineOf(ws, profile.id)).find(({ messageId }) => messageId === 'm1')
    expect(order?.properties).toEqual({ total: 5, of: 4 })
    const lines = [...(await ledgerOf(ws)).values()].map(({ messageId, outcome, reason }) => [
      messageId,
      outcome,
      reason,
    ])
    expect(lines.sort()).toEqual([
      ['m1', 'applied', undefined],
      ['m2', 'dropped', 'transformation'],
      ['m3', 'applied', undefined],
      ['m4', 'dead_letter', 'own code: event must be a string'],
    ])
    // Steps take its place, and are undone by nothing of it.
    const changed = await api('PUT', `/transformations/${ids[0]}`, { steps: [] })
    expect(changed.body).not.toHaveProperty('code')
    expect((await api('PUT', `/transformations/${ids[0]}`, { code })).body).not.toHaveProperty('steps')
  })

  test('whose code repeats what the event holds when it fails tell it in the letter, and not in the trace', async () => {
    const code = "export function onEvent({ properties }) { throw new Error('bad address ' + properties.email) }"
    const { ws, api } = await aStory({ name: 'strict', code })
    await deliver([aMessage(ws, [track('Order', 'm1', { email: 'ann@example.com' })])])
    const trace = (await api('GET', '/events/m1/trace')).body
    expect(trace.steps.at(-1)).toMatchObject({ outcome: 'dead_letter' })
    expect(trace.steps.at(-1).reason).toContain('bad address …')
    expect(JSON.stringify([trace, (await api('GET', '/events')).body])).not.toContain('ann@')
    const letters = async () => (await api('GET', '/dead-letters')).body.deadLetters
    await eventually(async () => (await letters()).length, 1)
    expect((await letters())[0].reason).toContain('bad address ann@example.com')
  })

  test('whose code throws leave a dead letter, and never the event as it was; what it does not return is not done', async () => {
    const code = "export function onEvent(event) { if (event.properties.bad) throw new Error('no'); event.event = 'x' }"
    const { ws } = await aStory({ name: 'throws', code })
    await deliver([aMessage(ws, [track('Order', 'm1', { bad: true }), track('Order', 'm2')])])
    const lines = [...(await ledgerOf(ws)).values()].map(({ outcome, reason }) => [outcome, String(reason)])
    expect(lines).toEqual([
      ['dead_letter', expect.stringContaining('throws: threw: Error: no')],
      ['applied', 'undefined'],
    ])
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Order: 1 })
  })

  test('while their code cannot run, events wait and are not lost', async () => {
    const { ws } = await aStory({ name: 'waits', code: 'export const onEvent = (event) => event' })
    const message = aMessage(ws, [track('Order', 'm')])
    const { LOADER: _, ...without } = env
    expect((await deliver([message], 1, without as Env)).retried).toEqual([message.requestId])
    expect((await deliver([message])).acked).toEqual([message.requestId])
    expect((await profileOf(ws, 'user_id', 'u')).eventCounts).toEqual({ Order: 1 })
  })
})
