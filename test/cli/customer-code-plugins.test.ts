import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** Plugins in JavaScript under `npm start`: what one of them does to itself, the events and the server do not feel. */
let server: LocalServer
let peer: Server
let host: string

beforeAll(async () => {
  peer = createServer((_, response) => response.end('sunny'))
  await new Promise<void>((resume) => peer.listen(0, '127.0.0.1', resume))
  host = `127.0.0.1:${(peer.address() as AddressInfo).port}`
  server = await startLocalServer()
})
afterAll(async () => {
  peer.close()
  await server.stop()
})

async function api(method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${server.apiToken}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as any }
}

async function plugin(name: string, code: string, more: object = {}) {
  return api('POST', '/plugins', {
    type: 'javascript',
    name,
    timeoutMs: 500,
    filter: { events: ['Order'] },
    settings: { code, writes: [`properties.${name}`], ...more },
  })
}

async function track(messageId: string): Promise<void> {
  const { status } = await fetch(`${server.url}/v1/track`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${server.writeKey}:`)}` },
    body: JSON.stringify({ type: 'track', event: 'Order', messageId, userId: 'u1', properties: { total: 5 } }),
  })
  expect(status).toBe(200)
}

interface Step {
  readonly step: string
  readonly outcome: string
  readonly reason?: string
}

/** The plugins of an event's trace, once it is there. */
async function pluginSteps(messageId: string): Promise<readonly Step[]> {
  for (let waited = 0; waited < 40_000; waited += 200) {
    const { status, body } = await api('GET', `/events/${messageId}/trace`)
    if (status === 200) return (body.steps as Step[]).filter(({ step }) => step === 'plugins')
    await sleep(200)
  }
  throw new Error(`no trace of ${messageId}:\n${server.output()}`)
}

describe('plugins in JavaScript of a local Tributary', () => {
  it('write what they declared, and one that never ends holds nobody up', { timeout: 120_000 }, async () => {
    const double = await plugin(
      'double',
      `export const onEvent = ({ properties }) => ({ set: { 'properties.double': properties.total * 2 } })`,
    )
    expect(double.status).toBe(201)
    const calling = `export async function onEvent() { return { set: { 'properties.weather': await (await fetch('http://${host}/')).text() } } }`
    expect((await plugin('weather', calling, { allow: [host] })).status).toBe(201)
    expect((await plugin('loop', 'export function onEvent() { for (;;) {} }')).status).toBe(201)
    await track('m1')
    const steps = await pluginSteps('m1')
    expect(steps.map(({ outcome }) => outcome).toSorted()).toEqual(['changed', 'changed', 'timeout'])
    // The server answers while a loop runs.
    await track('m2')
    const asked = Date.now()
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect(Date.now() - asked).toBeLessThan(1_000)
    expect((await pluginSteps('m2')).filter(({ outcome }) => outcome === 'changed').length).toBe(2)
  })

  it('that cannot be loaded, or loop while they are, are not saved', { timeout: 60_000 }, async () => {
    const broken = await plugin('broken', 'export const onEvent = () => {}\nlet x = ;')
    expect(broken).toMatchObject({ status: 422, body: { errors: [{ path: 'settings.code' }] } })
    expect(JSON.stringify(broken.body)).toContain('line 2')
    expect(await plugin('endless', 'for (;;) {}')).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'settings.code' }] },
    })
  })
})
