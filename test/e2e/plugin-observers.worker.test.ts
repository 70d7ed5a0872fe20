import { beforeAll, describe, expect, test } from 'vitest'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { aPeer, onlyFakePeers } from '../support/fake-peer.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const VIP = { type: 'trait', path: 'plan', op: 'eq', value: 'vip' }
const track = (event: string, messageId: string, userId = 'u') => ({ type: 'track', event, messageId, userId })
const identify = (plan: string, messageId: string, userId = 'u') => ({
  type: 'identify',
  messageId,
  userId,
  traits: { plan },
})

async function aStory(body: object): Promise<{ ws: TestWorkspace; api: ApiClient; id: string }> {
  const ws = await aWorkspace({ windowMs: 0 }, { vip: VIP })
  const api = await apiClient(ws)
  const made = await api('POST', '/plugins', { name: 'watcher', ...body })
  expect(made).toMatchObject({ status: 201 })
  return { ws, api, id: made.body.id }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error('it did not happen')
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

/** How the message stands at the plugin, as its trace tells. */
async function stepOf(api: ApiClient, messageId: string) {
  const { body } = await api('GET', `/events/${messageId}/trace`)
  return body.steps?.find(({ step }: { step: string }) => step === 'destination')
}

beforeAll(onlyFakePeers)

describe('a non-blocking plugin', () => {
  const observer = (url: string, more: object = {}) => ({
    type: 'remote-observer',
    settings: { url, secret: SECRET },
    ...more,
  })

  test('hears of the events of its filter, signed, and changes nothing', async () => {
    const peer = aPeer()
    peer.answer(() => Response.json({ results: [{ drop: 'no' }] }))
    const { ws, api, id } = await aStory(observer(peer.url, { filter: { events: ['Order'] } }))
    await deliver([aMessage(ws, [track('Order', 'm1'), track('Seen', 'm2')])])
    await peer.until(1)
    expect(peer.got[0]?.json).toMatchObject({ type: 'track', data: { messageId: 'm1', event: 'Order' } })
    expect(peer.got[0]?.headers.get('webhook-signature')).toMatch(/^v1,/)
    await until(async () => (await stepOf(api, 'm1'))?.outcome === 'delivered')
    expect(await stepOf(api, 'm1')).toMatchObject({ detail: { destination: id, name: 'watcher' } })
    await until(async () => (await stepOf(api, 'm2'))?.outcome === 'skipped')
    expect(peer.got.length).toBe(1)
    expect((await api('GET', `/destinations/${id}/deliveries`)).body.counts).toMatchObject({ delivered: 1 })
    // It is no destination that anybody made.
    expect((await api('GET', '/destinations')).body.destinations).toEqual([])
  })

  test('hears of who enters its segments, and no more once it was taken out', async () => {
    const peer = aPeer()
    const { ws, api, id } = await aStory(observer(peer.url, { filter: { events: ['vip *'], segments: ['vip'] } }))
    await deliver([aMessage(ws, [identify('vip', 'm1'), identify('free', 'm2', 'v')])])
    await peer.until(1)
    expect(peer.got[0]?.json).toMatchObject({ type: 'track', data: { event: 'vip ENTER' } })
    expect((await api('DELETE', '/segments/vip')).status).toBe(409)
    await api('DELETE', `/plugins/${id}`)
    await deliver([aMessage(ws, [identify('vip', 'm3', 'v')])])
    await until(async () => (await api('GET', '/events/m3/trace')).body.outcome === 'applied')
    expect(peer.got.length).toBe(1)
  })

  test('that fails is tried again, and tells what it waits for', async () => {
    const peer = aPeer()
    let tries = 0
    peer.answer(() => new Response(null, { status: ++tries === 1 ? 503 : 200 }))
    const { ws, api, id } = await aStory(observer(peer.url))
    await deliver([aMessage(ws, [track('Order', 'm1')])])
    await until(async () => (await stepOf(api, 'm1'))?.outcome === 'retrying')
    expect((await api('GET', `/destinations/${id}/deliveries`)).body).toMatchObject({ waiting: 1 })
    await api('PUT', `/plugins/${id}`, { name: 'awake' })
    await until(async () => (await stepOf(api, 'm1'))?.outcome === 'delivered')
    const ids = peer.got.map(({ headers }) => headers.get('webhook-id'))
    expect([ids.length, new Set(ids).size]).toEqual([2, 1])
  })

  test('of JavaScript is run on what happened, and tried again when it throws', async () => {
    const code = `let tries = 0
      export function onEvent(event, { settings }) {
        if (event.data.event === settings.bad && ++tries === 1) throw new Error('not yet: ' + event.type)
      }`
    const { ws, api, id } = await aStory({
      type: 'javascript-observer',
      settings: { code, options: { bad: 'Bad' } },
    })
    await deliver([aMessage(ws, [track('Good', 'm1'), track('Bad', 'm2', 'v')])])
    await until(async () => (await stepOf(api, 'm1'))?.outcome === 'delivered')
    await until(async () => (await stepOf(api, 'm2'))?.outcome === 'retrying')
    expect((await stepOf(api, 'm2')).reason).toContain('not yet: track')
    await api('PUT', `/plugins/${id}`, { name: 'again' })
    await until(async () => (await stepOf(api, 'm2'))?.outcome === 'delivered')
  })
})
