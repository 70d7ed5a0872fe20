import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { aPeer, onlyFakePeers } from '../support/fake-peer.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace, timelineOf } from '../support/workspace.ts'

const track = (messageId: string, more: object = {}) => ({
  type: 'track',
  event: 'Order',
  messageId,
  userId: 'u',
  properties: { total: 5 },
  ...more,
})

async function aStory(code: string, more: object = {}) {
  const ws = await aWorkspace()
  const api = await apiClient(ws)
  const body = {
    type: 'javascript',
    name: 'code',
    timeoutMs: 1_000,
    settings: { code, writes: ['properties.score', 'context.weather'], ...more },
  }
  return { ws, api, made: await api('POST', '/plugins', body) }
}

const propertiesOf = async (ws: TestWorkspace, messageId: string) =>
  (await timelineOf(ws, (await profileOf(ws, 'user_id', 'u')).id)).find((event) => event.messageId === messageId)
    ?.properties

async function stepsOf(api: ApiClient, messageId: string) {
  const { body } = await api('GET', `/events/${messageId}/trace`)
  return body.steps.filter(({ step }: { step: string }) => step === 'plugins')
}

beforeAll(onlyFakePeers)

describe('a plugin in JavaScript', () => {
  test('is given each event and its options, and writes what it declared', async () => {
    const { ws, api, made } = await aStory(
      `export function onEvent(event, { settings }) {
         console.log('looked at', event.messageId)
         if (event.properties.total > settings.most) return { drop: 'too much' }
         return { set: { 'properties.score': event.properties.total * 2 } }
       }`,
      { options: { most: 100 } },
    )
    expect(made.status).toBe(201)
    await deliver([aMessage(ws, [track('m1'), track('m2', { properties: { total: 101 } })])])
    expect(await propertiesOf(ws, 'm1')).toEqual({ total: 5, score: 10 })
    expect(await stepsOf(api, 'm2')).toMatchObject([{ outcome: 'dropped', reason: 'too much' }])
    const tried = await api('POST', `/plugins/${made.body.id}/test`, { messageId: 'm1' })
    expect(tried.body).toMatchObject({
      outcome: 'changed',
      logs: [{ level: 'log', text: 'looked at m1' }],
      after: { properties: { total: 5, score: 10 } },
    })
  })

  test.each<[string, string, string, string]>([
    ['throws', `export function onEvent(event) { throw new Error('no ' + event.event) }`, 'failed', 'no Order'],
    ['answers text', `export const onEvent = () => 'x'`, 'failed', 'a string'],
    [
      'writes an undeclared field',
      `export const onEvent = () => ({ set: { 'properties.total': 1 } })`,
      'failed',
      'declare',
    ],
    ['adds 10 MB', `export const onEvent = () => ({ set: { 'context.weather': 'x'.repeat(1e7) } })`, 'failed', ''],
    [
      'answers too late',
      `export async function onEvent() {
         await new Promise((resume) => setTimeout(resume, 3_000))
         return { set: { 'properties.score': 1 } }
       }`,
      'timeout',
      'no answer within',
    ],
  ])('that %s changes nothing', async (_, code, outcome, reason) => {
    const { ws, api, made } = await aStory(code)
    expect(made.status).toBe(201)
    await deliver([aMessage(ws, [track('m1')])])
    expect(await propertiesOf(ws, 'm1')).toEqual({ total: 5 })
    expect(await stepsOf(api, 'm1')).toMatchObject([{ outcome, reason: expect.stringContaining(reason) }])
  })

  test('that changes what it was given changes a copy of its own', async () => {
    const { ws, api } = await aStory(
      `export function onEvent(event) { event.properties.total = 99; event.context.x = 1; event.userId = 'v' }`,
    )
    await deliver([aMessage(ws, [track('m1')])])
    expect(await propertiesOf(ws, 'm1')).toEqual({ total: 5 })
    expect(await stepsOf(api, 'm1')).toEqual([])
  })

  test('of what throws for one event only that event is left as it was', async () => {
    const { ws, api } = await aStory(
      `export function onEvent({ messageId }) {
         if (messageId === 'm1') throw new Error('not this one')
         return { set: { 'properties.score': 1 } }
       }`,
    )
    await deliver([aMessage(ws, [track('m1'), track('m2')])])
    expect([await propertiesOf(ws, 'm1'), await propertiesOf(ws, 'm2')]).toEqual([{ total: 5 }, { total: 5, score: 1 }])
    expect(await stepsOf(api, 'm1')).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('not this') }])
  })

  test('that is no module is refused when it is saved, with its line', async () => {
    const { made } = await aStory('export function onEvent(event) {\n  return {\n}')
    expect([made.status, made.body.errors?.[0].path]).toEqual([422, 'settings.code'])
    const nothing = await aStory('export const other = 1')
    expect([nothing.made.status, nothing.made.body.errors?.[0].path]).toEqual([422, 'settings.code'])
  })

  test('that stands in the audit log stands there by its hash', async () => {
    const { ws } = await aStory(`export const onEvent = () => null // a secret thought`)
    const { results } = await env.DB.prepare('SELECT detail FROM audit WHERE workspace = ?').bind(ws.id).all()
    expect(JSON.stringify(results)).toContain('hash')
    expect(JSON.stringify(results)).not.toContain('secret thought')
  })

  test('is given its secret, which nobody can read back', async () => {
    const code = `export const onEvent = (event, { settings }) => ({ set: { 'properties.score': settings.secret.length } })`
    const { ws, api, made } = await aStory(code, { secret: 'the key of an API, 25 long' })
    expect(made.body.settings.secret).toEqual({ last4: 'long' })
    expect(JSON.stringify((await api('GET', '/plugins')).body)).not.toContain('the key of')
    await deliver([aMessage(ws, [track('m1')])])
    expect(await propertiesOf(ws, 'm1')).toEqual({ total: 5, score: 26 })
  })

  test('may not fetch what it did not name', async () => {
    const peer = aPeer()
    const { ws, api } = await aStory(
      `export async function onEvent() { await fetch(${JSON.stringify(peer.url)}); return { set: { 'properties.score': 1 } } }`,
    )
    await deliver([aMessage(ws, [track('m1')])])
    expect(await propertiesOf(ws, 'm1')).toEqual({ total: 5 })
    expect(await stepsOf(api, 'm1')).toMatchObject([{ outcome: 'failed' }])
    expect(peer.got).toEqual([])
  })
})
