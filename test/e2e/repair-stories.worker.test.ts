import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/kernel/instant.ts'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { FakeQueue } from '../support/fake-env.ts'
import { aPeer, type FakePeer, onlyFakePeers, type PeerRequest } from '../support/fake-peer.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, locate, type TestWorkspace } from '../support/workspace.ts'

/** What went wrong out there, and how it is put right. */
beforeAll(onlyFakePeers)

const track = (event: string, messageId: string, userId = 'u', more: object = {}) => ({
  type: 'track',
  event,
  messageId,
  userId,
  ...more,
})

const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const sentTo = (got: readonly PeerRequest[]) => got.map(({ json }) => json.data.messageId).sort()

async function aWebhook(api: ApiClient, peer: FakePeer, more: object = {}): Promise<string> {
  const settings = { url: peer.url, secret: 'sesame-sesame' }
  const { status, body } = await api('POST', '/destinations', { type: 'webhook', name: 'CRM', settings, ...more })
  expect(status).toBe(201)
  return body.id
}

async function until(isSo: () => unknown): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 800) throw new Error('it did not come about')
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

/** Begins a job of the API and carries it out. Answers its result. */
async function done(ws: TestWorkspace, api: ApiClient, path: string, body: object): Promise<unknown> {
  const begun = await api('POST', path, body)
  expect(begun).toMatchObject({ status: 202 })
  await runJobs(ws)
  return (await api('GET', `/jobs/${begun.body.jobId}`)).body.result
}

describe('a new destination', () => {
  test('gets the events of last week, in their order, and those of before not', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    for (const days of [9, 6, 3, 1]) {
      const receivedAt = Date.now() - days * DAY
      const timestamp = new Date(receivedAt).toISOString()
      // Nobody listened then: what was told is long gone when the destination is made.
      const then: Env = { ...env, EFFECTS: new FakeQueue() as unknown as Queue }
      await deliver([aMessage(ws, [track('Seen', `d${days}`, 'u', { timestamp })], { receivedAt })], 1, then)
    }
    const peer = aPeer()
    const destination = await aWebhook(api, peer)
    const result = await done(ws, api, '/redeliveries', { destination, from: ago(7 * DAY), to: ago(0) })
    expect(result).toMatchObject({ redelivered: 3, unreadable: 0 })
    await peer.until(3)
    expect(peer.got.map(({ json }) => json.data.messageId)).toEqual(['d6', 'd3', 'd1'])
    const trace = (await api('GET', '/events/d6/trace')).body
    expect(trace.steps.at(-1)).toMatchObject({ step: 'destination', outcome: 'delivered', detail: { name: 'CRM' } })
  })
})

describe('a week in which a destination took nothing', () => {
  test('is sent from the dead letters once it is back, without whoever was erased meanwhile', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const peer = aPeer()
    peer.answer(() => new Response('gone', { status: 410 }))
    const destination = await aWebhook(api, peer)
    await deliver([aMessage(ws, [track('Paid', 'm1'), track('Paid', 'm2'), track('Paid', 'erased', 'v')])])
    const letters = async () => (await api('GET', '/dead-letters?stage=destination')).body.deadLetters
    await until(async () => (await letters()).length === 3)
    expect((await letters())[0]).toMatchObject({ destination, type: 'track', name: 'Paid', source: ws.source })

    expect((await api('DELETE', '/profiles/user_id:v')).status).toBe(202)
    await runJobs(ws)
    peer.answer(() => new Response('ok'))
    peer.got.splice(0)
    expect(await done(ws, api, '/dead-letters:replay', { stage: 'destination' })).toMatchObject({ unreadable: 0 })
    await until(() => sentTo(peer.got).filter((id) => id.startsWith('m')).length === 2)
    expect(await letters()).toEqual([])
    // And once more, from the archive: the receiver knows them by their keys.
    const keys = peer.got.map(({ headers }) => headers.get('webhook-id')).sort()
    peer.got.splice(0)
    await done(ws, api, '/redeliveries', { destination, from: ago(HOUR), to: ago(-HOUR) })
    await peer.until(2)
    expect(peer.got.map(({ headers }) => headers.get('webhook-id')).sort()).toEqual(keys)
    expect(sentTo(peer.got)).toEqual(['m1', 'm2'])
  })
})

describe('a mapping that was wrong', () => {
  test('is mended, and what was sent with it is sent again as it should have been', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const peer = aPeer()
    const wrong = [{ op: 'rename', from: 'properties.totl', to: 'properties.value' }]
    const destination = await aWebhook(api, peer, { mapping: wrong })
    await deliver([aMessage(ws, [track('Paid', 'm1', 'u', { properties: { total: 12 } })])])
    await peer.until(1)
    expect(peer.got[0]?.json.data.properties).toEqual({ total: 12 })
    const mapping = [{ op: 'rename', from: 'properties.total', to: 'properties.value' }]
    expect((await api('PUT', `/destinations/${destination}`, { mapping })).status).toBe(200)
    await until(async () => {
      peer.got.splice(0)
      await done(ws, api, '/redeliveries', {
        destination,
        from: ago(HOUR),
        to: ago(-HOUR),
        filter: { events: ['Paid'] },
      })
      await peer.until(1)
      return peer.got[0]?.json.data.properties.value === 12
    })
    expect(peer.got[0]?.json.data.properties).toEqual({ value: 12 })
  })
})

describe('an erased person', () => {
  test('is brought back by no repair', async () => {
    const ws = await aWorkspace({ profileRatePerMinute: 2 })
    const api = await apiClient(ws)
    const peer = aPeer()
    const destination = await aWebhook(api, peer)
    await deliver([
      aMessage(
        ws,
        ['a', 'b', 'dropped'].map((id) => track('Seen', id, 'gone')),
      ),
    ])
    await deliver([aMessage(ws, [{ type: 'track', userId: 'gone', messageId: 'rejected' }])])
    await peer.until(2)
    await api('DELETE', '/profiles/user_id:gone')
    await runJobs(ws)
    peer.got.splice(0)
    const range = { from: ago(HOUR), to: ago(-HOUR) }
    expect(await done(ws, api, '/replays', range)).toMatchObject({ replayed: 0 })
    expect(await done(ws, api, '/redeliveries', { destination, ...range })).toMatchObject({ redelivered: 0 })
    expect(await done(ws, api, '/rebuilds', {})).toMatchObject({ rebuilt: 0 })
    expect((await api('POST', '/rebuilds', { profiles: ['user_id:gone'] })).status).toBe(422)
    expect(await locate(ws, 'user_id', 'gone')).toBeNull()
    expect((await api('GET', '/profiles/user_id:gone')).status).toBe(404)
    await new Promise((resume) => setTimeout(resume, 500))
    expect(sentTo(peer.got).filter((id) => ['a', 'b', 'dropped', 'rejected'].includes(id))).toEqual([])
  })
})
