import { env } from 'cloudflare:workers'
import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { deliverEffects } from '../../queues/deliver-effects.ts'
import type { Effect } from '../../shared/profile/effect.ts'
import { apiClient } from '../support/api-client.ts'
import { aPeer, type FakePeer, onlyFakePeers, type PeerRequest } from '../support/fake-peer.ts'
import { withFaults } from '../support/faults.ts'
import { seeded } from '../support/random.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace } from '../support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

beforeAll(onlyFakePeers)

async function aWebhook(ws: TestWorkspace, url: string, more: Record<string, unknown> = {}) {
  const api = await apiClient(ws)
  const made = await api('POST', '/destinations', {
    type: 'webhook',
    name: 'Hook',
    settings: { url, secret: SECRET },
    ...more,
  })
  expect(made).toMatchObject({ status: 201 })
  return { api, id: made.body.id as string }
}

function isSigned({ headers, text }: PeerRequest): boolean {
  const [id, at, given] = ['id', 'timestamp', 'signature'].map((name) => headers.get(`webhook-${name}`))
  const mac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
    .update(`${id}.${at}.${text}`)
    .digest('base64')
  return given === `v1,${mac}`
}

/** Settled by the meter's and the trace's own pace. */
async function traced(ws: TestWorkspace, messageId: string, outcome: string) {
  const api = await apiClient(ws)
  for (let tries = 0; tries < 400; tries++) {
    const { body } = await api('GET', `/events/${encodeURIComponent(messageId)}/trace`)
    const step = body.steps?.find((one: { step: string }) => one.step === 'destination')
    if (step?.outcome === outcome) return step
    await new Promise((resume) => setTimeout(resume, 25))
  }
  throw new Error(`${messageId} is not ${outcome}`)
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 800) throw new Error('it did not happen')
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

describe('a webhook', () => {
  test('receives an event once, signed, with the person as they are', async () => {
    const ws = await aWorkspace()
    const peer = aPeer()
    const { id } = await aWebhook(ws, peer.url)
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'u1', traits: { plan: 'pro' }, messageId: 'm0' },
        { type: 'track', userId: 'u1', event: 'Order Completed', properties: { total: 12 }, messageId: 'm1' },
      ]),
    ])
    const got = await peer.until(2)
    const { id: profile } = await profileOf(ws, 'user_id', 'u1')
    expect(got.map(({ json }) => json.type)).toEqual(['identify', 'track'])
    expect(got[1]?.json).toMatchObject({
      type: 'track',
      timestamp: expect.stringMatching(/Z$/),
      data: {
        messageId: 'm1',
        event: 'Order Completed',
        properties: { total: 12 },
        context: {},
        timestamp: expect.stringMatching(/Z$/),
        profile: { id: profile, identifiers: [{ type: 'user_id', value: 'u1' }], traits: { plan: 'pro' } },
      },
    })
    expect(got.every(isSigned)).toBe(true)
    expect(got[1]?.headers.get('webhook-id')).toBe(`${ws.source}:m1`)
    const step = await traced(ws, 'm1', 'delivered')
    expect(step.detail).toMatchObject({ destination: id, name: 'Hook' })
    expect(peer.got.length).toBe(2)
  })

  test('hears of ENTER as a track', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    const peer = aPeer()
    await aWebhook(ws, peer.url, { filter: { segments: ['pro'], events: ['pro *'] } })
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u1', traits: { plan: 'pro' } }])])
    const [first] = await peer.until(1)
    expect(first?.json).toMatchObject({ type: 'track', data: { event: 'pro ENTER' } })
    expect(first && isSigned(first)).toBe(true)
  })

  test('that fails and recovers gets each person in order, and no other destination waits for it', async () => {
    const ws = await aWorkspace()
    const [bad, good] = [aPeer(), aPeer()]
    await aWebhook(ws, bad.url)
    await aWebhook(ws, good.url)
    let down = true
    bad.answer(() => (down ? new Response('no', { status: 500 }) : new Response('ok')))
    const event = (n: number) => ({ type: 'track', userId: 'u1', event: 'x', messageId: `m${n}` })
    await deliver([aMessage(ws, [event(1), event(2)])])
    await good.until(2, 3_000)
    await deliver([aMessage(ws, [event(3)])])
    await good.until(3, 3_000)
    await traced(ws, 'm1', 'retrying')
    down = false
    await until(() => bad.got.some(({ json }) => json.data.messageId === 'm3'))
    const ok = bad.got
    expect(ok.map(({ json }) => json.data.messageId).filter((id, i, all) => id !== all[i - 1])).toEqual([
      'm1',
      'm2',
      'm3',
    ])
    expect((ok[1]?.at ?? 0) - (ok[0]?.at ?? 0)).toBeGreaterThanOrEqual(990)
    expect(ok[0]?.headers.get('webhook-id')).toBe(ok[1]?.headers.get('webhook-id'))
    const api = await apiClient(ws)
    const { body } = await api('GET', '/destinations')
    const path = `/destinations/${body.destinations[0].id}/deliveries`
    await until(async () => (await api('GET', path)).body.counts.delivered === 3)
    const status = await api('GET', path)
    expect(status.body).toMatchObject({ waiting: 0, counts: { delivered: 3 }, lastError: { reason: 'HTTP 500: no' } })
  })
})

describe('what a destination is told', () => {
  test('needs the consent it asks for, as it stands at the moment of sending', async () => {
    const ws = await aWorkspace()
    const peer = aPeer()
    const { api } = await aWebhook(ws, peer.url, {
      consent: { channels: ['email'], mode: 'all' },
      filter: { events: ['x'] },
    })
    await deliver([aMessage(ws, [{ type: 'track', userId: 'u1', event: 'x', messageId: 'unset' }])])
    expect(await traced(ws, 'unset', 'skipped')).toMatchObject({ reason: 'consent (email: silence)' })
    await api('PUT', '/profiles/user_id:u1/consents', { email: { status: 'granted' } })
    await deliver([aMessage(ws, [{ type: 'track', userId: 'u1', event: 'x', messageId: 'granted' }])])
    await traced(ws, 'granted', 'delivered')
    await api('PUT', '/profiles/user_id:u1/consents', { email: { status: 'withdrawn' } })
    await deliver([aMessage(ws, [{ type: 'track', userId: 'u1', event: 'x', messageId: 'withdrawn' }])])
    expect(await traced(ws, 'withdrawn', 'skipped')).toMatchObject({ reason: 'consent (email: withdrawn)' })
    expect(peer.got.map(({ json }) => json.data.messageId)).toEqual(['granted'])
  })

  test('passes its filter, its condition and its mapping; the trace says what did not', async () => {
    const ws = await aWorkspace()
    const peer = aPeer()
    await aWebhook(ws, peer.url, {
      filter: { events: ['Paid*'], condition: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } },
      mapping: [
        { op: 'filter', path: 'properties.total', is: 'gte', value: 10 },
        { op: 'rename', from: 'properties.total', to: 'amount' },
        { op: 'pick', paths: ['event', 'amount', 'profile.id'] },
      ],
    })
    const track = (messageId: string, event: string, total: number, userId = 'u1') => ({
      type: 'track',
      userId,
      event,
      messageId,
      properties: { total },
    })
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'u1', traits: { plan: 'pro' } },
        track('other', 'Seen', 20),
        track('small', 'Paid', 5),
        track('free', 'Paid', 20, 'u2'),
        track('sent', 'Paid Late', 20),
      ]),
    ])
    expect(await traced(ws, 'other', 'skipped')).toMatchObject({ reason: 'filter.events' })
    expect(await traced(ws, 'small', 'skipped')).toMatchObject({ reason: 'mapping.0: filter' })
    expect(await traced(ws, 'free', 'skipped')).toMatchObject({ reason: 'filter.condition' })
    await traced(ws, 'sent', 'delivered')
    const { id } = await profileOf(ws, 'user_id', 'u1')
    expect(peer.got.map(({ json }) => json.data)).toEqual([
      { messageId: 'sent', timestamp: expect.any(String), event: 'Paid Late', amount: 20, profile: { id } },
    ])
  })

  test('is told once when the same batch is delivered again', async () => {
    const ws = await aWorkspace()
    const peer = aPeer()
    await aWebhook(ws, peer.url)
    const message = aMessage(ws, [{ type: 'track', userId: 'u1', event: 'x', messageId: 'm1' }])
    await deliver([message])
    await peer.until(1)
    await deliver([message], 2)
    await deliver([aMessage(ws, [{ type: 'track', userId: 'u1', event: 'x', messageId: 'm2' }])])
    await peer.until(2)
    expect(peer.got.map(({ json }) => json.data.messageId)).toEqual(['m1', 'm2'])
  })

  test('of merges, consents and erasure: each under its type', async () => {
    const ws = await aWorkspace()
    const peer = aPeer()
    const { api } = await aWebhook(ws, peer.url, { filter: { events: ['profile.*', 'consent.updated'] } })
    await deliver([aMessage(ws, [{ type: 'track', event: 'x', anonymousId: 'a' }])])
    await deliver([aMessage(ws, [{ type: 'track', event: 'x', anonymousId: 'b' }])])
    await api('PUT', '/profiles/anonymous_id:a/consents', { sms: { status: 'granted' } })
    await until(() => peer.got.length === 1)
    await api('POST', '/profiles/anonymous_id:a/merge', { with: 'anonymous_id:b' })
    await until(() => peer.got.length === 2)
    await api('DELETE', '/profiles/anonymous_id:a')
    await until(() => peer.got.length === 3)
    expect(peer.got.map(({ json }) => json.type)).toEqual(['consent.updated', 'profile.merged', 'profile.deleted'])
    expect(peer.got[0]?.json.data.consents).toMatchObject({ sms: { status: 'granted' } })
    expect(peer.got[2]?.json.data.profile).toMatchObject({ identifiers: [], traits: {} })
    expect(peer.got.every(isSigned)).toBe(true)
  })

  test('can be looked at before it is sent, without its secrets', async () => {
    const ws = await aWorkspace()
    const { api, id } = await aWebhook(ws, aPeer().url, { enabled: false })
    await deliver([aMessage(ws, [{ type: 'track', userId: 'u1', event: 'x', messageId: 'm1' }])])
    await deliver([aMessage(ws, [{ type: 'track', userId: 'u1', event: 'y', messageId: 'm2' }])])
    for (const [body, messageId] of [
      [{}, 'm2'],
      [{ profile: 'user_id:u1' }, 'm2'],
      [{ messageId: 'm1' }, 'm1'],
    ] as const) {
      const shown = await api('POST', `/destinations/${id}/preview`, body)
      expect(shown.body).toMatchObject({ messageId, outcome: 'sent', request: { method: 'POST' } })
      expect(JSON.parse(shown.body.request.body)).toMatchObject({ type: 'track', data: { messageId } })
      expect(JSON.stringify(shown.body)).not.toContain(SECRET.slice(6))
    }
    expect((await api('POST', `/destinations/${id}/preview`, { messageId: 'nothing' })).status).toBe(404)
  })
})

test('under faults everything is delivered once, each person in order, however often the batch comes again', async () => {
  const ws = await aWorkspace()
  const [peer, flaky] = [aPeer(), aPeer()]
  await aWebhook(ws, peer.url)
  await aWebhook(ws, flaky.url)
  const random = seeded(7)
  flaky.answer(() => new Response('', { status: random() < 0.1 ? 503 : 200 }))
  await deliver([
    aMessage(
      ws,
      [0, 1, 2, 3].map((n) => ({ type: 'identify', userId: `u${n}`, messageId: `i${n}` })),
    ),
  ])
  await until(() => peer.got.length === 4 && new Set(flaky.got.map(({ json }) => json.data.messageId)).size === 4)
  const people = await Promise.all([0, 1, 2, 3].map((n) => profileOf(ws, 'user_id', `u${n}`)))
  const effects = Array.from({ length: 40 }, (_, n): Effect => {
    const [messageId, at] = [`k${n}`, Date.now()]
    const event = {
      source: 's',
      messageId,
      type: 'track',
      name: 'x',
      context: {},
      timestamp: at,
      receivedAt: at,
      flags: [],
    } as const
    return { key: messageId, kind: 'event', workspace: ws.id, profile: people[n % 4]?.id ?? '', event }
  })
  for (const one of [peer, flaky]) one.got.splice(0)
  const faulty = withFaults(env, { chance: 0.1, random })
  for (let tries = 0; ; tries++) {
    const failed = await deliverEffects(faulty, effects).then(
      () => false,
      () => true,
    )
    if (!failed) break
    expect(tries).toBeLessThan(500)
  }
  const ids = (of: FakePeer) => of.got.flatMap(({ headers }) => headers.get('webhook-id')?.match(/^k\d+$/) ?? [])
  await until(() => new Set(ids(flaky)).size === 40)
  expect(ids(peer).length).toBe(40)
  for (const one of [peer, flaky]) {
    for (const person of [0, 1, 2, 3]) {
      const places = ids(one)
        .map((id) => Number(id.slice(1)))
        .filter((n) => n % 4 === person)
      expect(places).toEqual([...places].sort((a, b) => a - b))
    }
  }
})

describe('a redelivery', () => {
  test('sends the archive to one destination again, under the keys of the first time', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    const from = new Date(Date.now() - 1_000).toISOString()
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'u1', traits: { plan: 'pro' }, messageId: 'm0' },
        { type: 'track', userId: 'u1', event: 'Paid', messageId: 'm1' },
        { type: 'track', userId: 'u1', event: 'Seen', messageId: 'm2' },
        { type: 'track', userId: 'u2', event: 'Paid', messageId: 'm3' },
      ]),
    ])
    const [peer, other] = [aPeer(), aPeer()]
    const { api, id } = await aWebhook(ws, peer.url)
    await aWebhook(ws, other.url, { enabled: false })
    // ENTER reaches the archive by the effects queue, a moment later.
    await until(async () => (await api('GET', '/events/m0/trace')).status === 200)
    await new Promise((resume) => setTimeout(resume, 1_500))
    peer.got.splice(0)
    const to = new Date(Date.now() + 1_000).toISOString()
    const begin = async (filter?: object) => {
      const job = await api('POST', '/redeliveries', { destination: id, from, to, ...(filter ? { filter } : {}) })
      expect(job.status).toBe(202)
      await until(async () => (await api('GET', `/jobs/${job.body.jobId}`)).body.state === 'done')
      return peer.got.splice(0)
    }
    const first = await begin()
    expect(first.map(({ json }) => json.data.event ?? json.type).sort()).toEqual([
      'Paid',
      'Paid',
      'Seen',
      'identify',
      'pro ENTER',
    ])
    expect(first.every(isSigned)).toBe(true)
    const second = await begin()
    const ids = (got: readonly PeerRequest[]) => got.map(({ headers }) => headers.get('webhook-id')).sort()
    expect(ids(second)).toEqual(ids(first))
    const some = await begin({ events: ['Pa*'], profiles: ['user_id:u1'] })
    expect(some.map(({ json }) => json.data.messageId)).toEqual(['m1'])
    expect(other.got).toEqual([])
    expect((await api('POST', '/redeliveries', { destination: 'dst_none', from, to })).status).toBe(422)
  })
})
