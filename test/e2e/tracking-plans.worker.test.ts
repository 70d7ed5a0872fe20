import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { withFaults } from '../support/faults.ts'
import { seeded } from '../support/random.ts'
import { runJobs } from '../support/run-jobs.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  meterOf,
  profileOf,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

const order = (messageId: string, properties: JsonObject, more: JsonObject = {}) => ({
  type: 'track',
  event: 'Order Completed',
  messageId,
  userId: 'u',
  properties,
  ...more,
})
const SCHEMA = {
  type: 'object',
  properties: { total: { type: 'number', minimum: 0 }, currency: { enum: ['EUR', 'USD'] } },
  required: ['total'],
  additionalProperties: false,
}
const planned = (onViolation: string, schema: object = SCHEMA) => ({
  name: 'Order Completed',
  version: 1,
  schema,
  onViolation,
})

async function aPlan(api: ApiClient, plan: object): Promise<string> {
  const { status, body } = await api('POST', '/tracking-plans', { name: 'Shop', mode: 'enforce', ...plan })
  expect([status, body.errors]).toEqual([201, undefined])
  return body.id
}

async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify(await read().catch(() => undefined)) === JSON.stringify(expected)) return
    await new Promise((resume) => setTimeout(resume, 20))
  }
  expect(await read()).toEqual(expected)
}

const countsOf = (ws: TestWorkspace) => async () => (await profileOf(ws, 'user_id', 'u')).eventCounts
const planSteps = async (api: ApiClient, messageId: string) =>
  (await api('GET', `/events/${messageId}/trace`)).body.steps.filter(({ step }: { step: string }) => step === 'plan')

async function propertiesOf(ws: TestWorkspace): Promise<readonly unknown[]> {
  const { id } = await profileOf(ws, 'user_id', 'u')
  return (await timelineOf(ws, id)).map((event) => event.properties)
}

describe('an event that is not as planned', () => {
  test('is rejected where the plan blocks it, and comes back once the plan is mended', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const id = await aPlan(api, { events: [planned('block')] })
    await deliver([aMessage(ws, [order('good', { total: 5 }), order('bad', { total: 'five' })])])
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 1, 'rejected:plan:type': 1 })
    const trace = (await api('GET', '/events/bad/trace')).body
    expect(trace.outcome).toBe('rejected')
    expect(trace.steps.at(-1)).toMatchObject({ outcome: 'rejected', reason: 'plan:type' })
    expect(await planSteps(api, 'bad')).toMatchObject([
      {
        outcome: 'violation',
        reason: 'plan:type',
        detail: { plan: id, action: 'block', violations: [{ kind: 'type', path: 'properties.total' }] },
      },
    ])
    expect(JSON.stringify(trace)).not.toContain('five')

    await api('PUT', `/tracking-plans/${id}`, { events: [planned('block', { type: 'object' })] })
    const range = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }
    const replay = await api('POST', '/replays', { ...range, outcome: 'rejected', reason: 'plan:type' })
    expect(replay.status).toBe(202)
    await runJobs(ws)
    expect((await api('GET', `/jobs/${replay.body.jobId}`)).body).toMatchObject({
      state: 'done',
      result: { replayed: 1 },
    })
    await eventually(countsOf(ws), { 'Order Completed': 2 })
  })

  test('waits as a dead letter where the plan puts it in quarantine, and is replayed from there', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const id = await aPlan(api, { events: [planned('quarantine')] })
    await deliver([aMessage(ws, [order('bad', { currency: 'EUR' })])])
    const letters = () => api('GET', '/dead-letters?stage=plan').then(({ body }) => body.deadLetters)
    await eventually(async () => (await letters()).map((one: { reason: string }) => one.reason), ['plan:missing'])
    const [letter] = await letters()
    expect(letter).toMatchObject({ messageId: 'bad', stage: 'plan' })
    await api('POST', '/dead-letters:replay', { ids: [letter.id] })
    await runJobs(ws)
    await eventually(async () => (await meterOf(ws)).counts['dead_letter:plan'], 2)

    await api('PUT', `/tracking-plans/${id}`, { mode: 'observe' })
    await eventually(async () => (await letters()).length, 1)
    await api('POST', '/dead-letters:replay', { stage: 'plan' })
    await runJobs(ws)
    await eventually(countsOf(ws), { 'Order Completed': 1 })
    await eventually(letters, [])
  })

  test('goes on without what is wrong where the plan omits it, and the archive says so', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aPlan(api, { events: [planned('omit')] })
    await deliver([aMessage(ws, [order('m', { total: 5, currency: 'GBP', secret: 1 })])])
    expect(await propertiesOf(ws)).toEqual([{ total: 5 }])
    expect(await planSteps(api, 'm')).toMatchObject([{ reason: 'plan:value, plan:unknown_property' }])
    const [line] = [...(await ledgerOf(ws)).values()]
    expect(line).toMatchObject({ outcome: 'applied', changes: { properties: { total: 5 } } })
    expect(line?.['item']).toMatchObject({ body: { properties: { total: 5, currency: 'GBP', secret: 1 } } })
  })

  test('is only noted where the plan allows it, and only counted while it observes', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aPlan(api, { name: 'A', events: [planned('allow')] })
    await aPlan(api, { name: 'B', mode: 'observe', events: [planned('block')], unplanned: 'block' })
    await deliver([
      aMessage(ws, [order('m', { total: '5' }), { type: 'track', event: 'Else', userId: 'u', messageId: 'n' }]),
    ])
    expect(await propertiesOf(ws)).toEqual(expect.arrayContaining([{ total: '5' }, {}]))
    // Plans are asked in the order of their ids, which are random.
    const actions = (await planSteps(api, 'm')).map((step: { detail: JsonObject }) => step.detail['action'])
    expect(actions.sort()).toEqual(['allow', 'observe'])
  })

  test('that nobody planned is refused where the plan says so; other calls and other sources are not', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aPlan(api, { sources: [ws.source], events: [planned('block')], unplanned: 'block' })
    await deliver([
      aMessage(ws, [
        { type: 'track', event: 'Odd', userId: 'u', messageId: 'odd' },
        { type: 'page', userId: 'u', messageId: 'page' },
        { type: 'identify', userId: 'u', messageId: 'id', traits: { plan: 'pro' } },
      ]),
    ])
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 2, 'rejected:plan:unplanned': 1 })
  })

  test('of what plans say the strictest counts; a name that one of them plans is planned', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const other = { name: 'Cart Viewed', version: 1, schema: {}, onViolation: 'block' }
    await aPlan(api, { name: 'A', events: [planned('allow'), other], unplanned: 'block' })
    await aPlan(api, { name: 'B', events: [planned('block')], unplanned: 'block' })
    await deliver([
      aMessage(ws, [order('m', {}), { type: 'track', event: 'Cart Viewed', userId: 'u', messageId: 'c' }]),
    ])
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 1, 'rejected:plan:missing': 1 })
  })

  test('traits of people are planned by $identify, and the version is the one that the sender names', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const traits = {
      name: '$identify',
      version: 1,
      onViolation: 'omit',
      schema: { properties: { age: { type: 'integer' } } },
    }
    const second = { ...planned('block', { required: ['orderId'] }), version: 2 }
    await aPlan(api, { events: [traits, planned('block'), second] })
    const v1 = { context: { protocols: { event_version: 1 } } }
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'u', messageId: 'id', traits: { age: 'old', plan: 'pro' } },
        order('first', { total: 1 }, v1),
        order('second', { orderId: 'o' }),
        order('refused', { total: 1 }),
      ]),
    ])
    expect((await profileOf(ws, 'user_id', 'u')).traits).toEqual({ plan: 'pro' })
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 3, 'rejected:plan:missing': 1 })
  })
})

describe('what plans found', () => {
  test('is counted by day and hour, once however often it is delivered, with samples and without values', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const id = await aPlan(api, { mode: 'observe', events: [planned('block')] })
    const message = aMessage(ws, [
      order('a', { total: 1 }),
      order('b', { total: 'secret-value' }),
      order('c', { total: 'another', currency: 'GBP' }),
      { type: 'track', event: 'Odd', userId: 'u', messageId: 'd' },
    ])
    await deliver([message])
    await deliver([message], 2)
    const { status, body } = await api('GET', `/tracking-plans/${id}/violations?by=hour`)
    expect(status).toBe(200)
    expect(body.events).toEqual([{ event: 'Order Completed', version: '1', total: 3, valid: 1, share: 1 / 3 }])
    expect(body.violations).toMatchObject([
      { event: 'Order Completed', version: '1', kind: 'type', path: 'properties.total', count: 2 },
      { event: 'Odd', version: null, kind: 'unplanned', path: '', count: 1 },
      { event: 'Order Completed', kind: 'value', path: 'properties.currency', count: 1 },
    ])
    expect(body.violations[0].periods).toMatchObject([{ count: 2 }])
    expect(body.violations[0].samples.map(({ at: _, ...sample }: JsonObject) => sample)).toEqual([
      { messageId: 'b', source: ws.source, type: 'string', length: 12 },
      { messageId: 'c', source: ws.source, type: 'string', length: 7 },
    ])
    expect(JSON.stringify(body)).not.toMatch(/secret-value|GBP/)
    const only = (await api('GET', `/tracking-plans/${id}/violations?kind=value&event=Order%20Completed`)).body
    expect(only.violations).toHaveLength(1)
    const past = (await api('GET', `/tracking-plans/${id}/violations?from=2026-01-01&to=2026-01-02`)).body
    expect([past.events, past.violations]).toEqual([[], []])
    const rival = await apiClient(await aWorkspace())
    expect((await rival('GET', `/tracking-plans/${id}/violations`)).status).toBe(404)
  })

  test('is counted exactly once per copy while calls fail and messages come again', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const id = await aPlan(api, { events: [planned('block')] })
    const random = seeded(7)
    const messages = Array.from({ length: 12 }, (_, n) =>
      aMessage(ws, [order(`good${n}`, { total: n }), order(`bad${n}`, { total: 'x' })]),
    )
    for (const message of messages) {
      for (let tries = 0; tries < 100; tries++) {
        const { acked } = await deliver([message], 1, withFaults(env, { chance: 0.15, random }))
        if (acked.length > 0) break
      }
    }
    const { body } = await api('GET', `/tracking-plans/${id}/violations`)
    expect(body.events).toMatchObject([{ total: 24, valid: 12 }])
    expect(body.violations).toMatchObject([{ kind: 'type', count: 12 }])
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 12, 'rejected:plan:type': 12 })
  })

  test('can be asked beforehand, of an event and of one that has arrived', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const id = await aPlan(api, { events: [planned('block')] })
    const check = async (body: object) => (await api('POST', `/tracking-plans/${id}/check`, body)).body
    const wrong = { type: 'track', event: 'Order Completed', properties: { total: -1 } }
    expect(await check({ event: wrong })).toEqual({
      outcome: 'rejected',
      reason: 'plan:value',
      action: 'block',
      event: 'Order Completed',
      version: '1',
      violations: [{ kind: 'value', path: 'properties.total', message: 'is too small' }],
      result: null,
    })
    expect(await check({ event: { ...wrong, properties: { total: 1 } } })).toMatchObject({
      outcome: 'pass',
      action: null,
      result: { properties: { total: 1 } },
    })
    await deliver([aMessage(ws, [order('arrived', {})])])
    expect(await check({ messageId: 'arrived' })).toMatchObject({ outcome: 'rejected', reason: 'plan:missing' })
    expect((await api('POST', `/tracking-plans/${id}/check`, { messageId: 'never' })).status).toBe(404)
    expect((await api('POST', `/tracking-plans/${id}/check`, {})).body.errors[0].path).toBe('event')
    expect(await api('POST', `/tracking-plans/${id}/check`, { event: { type: 'dance' } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'event.type' }] },
    })
  })
})

describe('a tracking plan', () => {
  test('is read, changed, kept by version, paged and deleted, and belongs to its workspace', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const id = await aPlan(api, { name: 'A', events: [planned('omit')] })
    await aPlan(api, { name: 'B', events: [] })
    const read = (await api('GET', `/tracking-plans/${id}`)).body
    expect(read).toMatchObject({
      id,
      name: 'A',
      mode: 'enforce',
      unplanned: 'allow',
      version: 1,
      events: [planned('omit')],
    })
    expect((await api('PUT', `/tracking-plans/${id}`, read)).body).toEqual(read)
    const changed = await api('PUT', `/tracking-plans/${id}`, { mode: 'observe', sources: [ws.source] })
    expect(changed.body).toMatchObject({ mode: 'observe', version: 2, sources: [ws.source], events: read.events })
    const { versions } = (await api('GET', `/tracking-plans/${id}/versions`)).body
    expect(versions.map(({ version, mode }: JsonObject) => [version, mode])).toEqual([
      [2, 'observe'],
      [1, 'enforce'],
    ])
    const first = (await api('GET', '/tracking-plans?limit=1')).body
    expect(first.trackingPlans.map(({ name }: JsonObject) => name)).toEqual(['A'])
    const next = (await api('GET', `/tracking-plans?limit=1&cursor=${encodeURIComponent(first.cursor)}`)).body
    expect([next.trackingPlans.map(({ name }: JsonObject) => name), next.cursor]).toEqual([['B'], null])
    const rival = await apiClient(await aWorkspace())
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['GET', '/versions'],
    ] as const)
      expect((await rival(method, `/tracking-plans/${id}${path}`, method === 'PUT' ? {} : undefined)).status).toBe(404)
    expect((await api('DELETE', `/tracking-plans/${id}`)).status).toBe(204)
    expect((await api('DELETE', `/tracking-plans/${id}`)).status).toBe(404)
    expect((await api('GET', `/tracking-plans/${id}/versions`)).body.versions).toHaveLength(2)
    await deliver([aMessage(ws, [order('m', { total: 'x' })])])
    expect(await propertiesOf(ws)).toEqual([{ total: 'x' }])
  })

  test.each<[string, object, number, string]>([
    ['a schema that is none', { events: [planned('block', { type: 'strng' })] }, 422, 'events.0.schema.type'],
    ['a schema that is a text', { events: [{ ...planned('block'), schema: 'x' }] }, 422, 'events.0.schema'],
    [
      'a schema from elsewhere',
      { events: [planned('omit', { $ref: 'https://x.test/s' })] },
      422,
      'events.0.schema.$ref',
    ],
    ['a schema without end', { events: [planned('omit', { allOf: [{ $ref: '#' }] })] }, 422, 'events.0.schema'],
    ['a version twice', { events: [planned('omit'), planned('allow')] }, 422, 'events.1.version'],
    ['a made-up reserved name', { events: [{ ...planned('omit'), name: '$alias' }] }, 422, 'events.0.name'],
    ['a source that is not there', { events: [], sources: ['src_none'] }, 422, 'sources.0'],
    ['an action that there is not', { events: [planned('explode')] }, 400, 'events.0.onViolation'],
    ['another mode', { events: [], mode: 'maybe' }, 400, 'mode'],
    ['no events', {}, 400, 'events'],
  ])('with %s is refused, and the field is named', async (_, plan, status, path) => {
    const api = await apiClient(await aWorkspace())
    const answer = await api('POST', '/tracking-plans', { name: 'P', ...plan })
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([status, path])
  })
})

describe('a draft from traffic', () => {
  test('is a plan that observes, under which all that arrived is valid', async () => {
    const ws = await aWorkspace()
    const other = await aWorkspace()
    const api = await apiClient(ws)
    for (let page = 0; page < 3; page++) {
      const items = Array.from({ length: 20 }, (_, i) => order(`m${page}-${i}`, { total: i, currency: 'EUR' }))
      await deliver([
        aMessage(ws, [...items, { type: 'identify', userId: 'u', traits: { email: 'a@b.co' }, messageId: `i${page}` }]),
      ])
    }
    await deliver([aMessage(other, [order('theirs', { theirs: true })])])
    const { status, body } = await api('POST', '/tracking-plans:draft', { name: 'From traffic', sources: [ws.source] })
    expect(status).toBe(202)
    await runJobs(ws)
    const job = (await api('GET', `/jobs/${body.jobId}`)).body
    expect(job).toMatchObject({ state: 'done', result: { planId: body.planId, events: 2, from: 63, isComplete: true } })
    const plan = (await api('GET', `/tracking-plans/${body.planId}`)).body
    expect(plan).toMatchObject({ name: 'From traffic', mode: 'observe', sources: [ws.source], unplanned: 'allow' })
    expect(plan.events).toMatchObject([
      { name: '$identify', schema: { properties: { email: { type: 'string', format: 'email' } } } },
      {
        name: 'Order Completed',
        schema: {
          type: 'object',
          properties: { currency: { enum: ['EUR'] }, total: { type: 'integer' } },
          required: ['currency', 'total'],
        },
      },
    ])
    const later = await api('POST', `/tracking-plans/${body.planId}/check`, { event: order('later', { total: 'x' }) })
    expect(later.body).toMatchObject({ outcome: 'pass', action: 'observe', reason: 'plan:missing' })
    expect((await env.LAKE.list({ prefix: `drafts/${ws.id}/` })).objects).toEqual([])
  })

  test('of nothing fails with a reason, and asks for sources that are there', async () => {
    const api = await apiClient(await aWorkspace())
    expect(await api('POST', '/tracking-plans:draft', { sources: ['src_none'] })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'sources.0' }] },
    })
    expect((await api('POST', '/tracking-plans:draft', { from: '2026-03-02', to: '2026-03-01' })).status).toBe(400)
  })
})
