import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { type Reader, readerOf } from '../support/read-api.ts'

/** Plugins over real sockets and real processes: what only a network and a CPU can do wrong. */
let server: LocalServer
let reader: Reader
const peers: Server[] = []
const running: ChildProcess[] = []
const sockets = new Set<Socket>()

beforeAll(async () => {
  server = await startLocalServer()
  reader = readerOf(server)
}, 60_000)
afterAll(async () => {
  for (const child of running) child.kill()
  for (const socket of sockets) socket.destroy()
  for (const peer of peers) peer.close()
  await server?.stop()
})

interface Trace {
  readonly outcome: string
  readonly steps: readonly { readonly step: string; readonly outcome: string; readonly reason?: string }[]
}

async function aPeer(listener: RequestListener): Promise<string> {
  const peer = createServer(listener)
  peer.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  peers.push(peer)
  peer.listen(0, '127.0.0.1')
  await once(peer, 'listening')
  return `http://127.0.0.1:${(peer.address() as AddressInfo).port}/`
}

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${server.apiToken}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply
  return { status: response.status, json: (await response.json().catch(() => null)) as any }
}

/** Installs a plugin, sends one event, takes the plugin out, and answers the event's trace. */
async function traced(messageId: string, plugin: object): Promise<Trace> {
  const made = await call('POST', '/plugins', { timeoutMs: 500, ...plugin })
  expect(made.status).toBe(201)
  await send(messageId)
  const { value } = await reader.until<Trace>(
    `/events/${messageId}/trace`,
    ({ outcome }) => outcome === 'applied',
    30_000,
  )
  const id = made.json.id
  await fetch(`${server.url}/api/v1/plugins/${id}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${server.apiToken}` },
  })
  return value
}

async function send(messageId: string, properties: object = { total: 120 }): Promise<void> {
  const event = { type: 'track', event: 'Order Completed', userId: messageId, messageId, properties }
  const response = await fetch(`${server.url}/v1/track`, {
    method: 'POST',
    headers: { 'X-Write-Key': server.writeKey, 'Content-Type': 'application/json' },
    body: JSON.stringify(event),
  })
  expect(response.status).toBe(200)
}

const remote = (url: string) => ({
  type: 'remote',
  name: 'service',
  settings: { url, secret: 'a secret of eight or more', writes: ['properties.score'] },
})
const pluginSteps = ({ steps }: Trace) => steps.filter(({ step }) => step === 'plugins')

test('examples/score-plugin.mjs scores orders and drops test orders', async () => {
  const child = spawn(process.execPath, ['examples/score-plugin.mjs'], {
    env: { ...process.env, TRIBUTARY_STATE: server.state, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  const [line] = await once(child.stdout, 'data')
  expect(String(line)).toMatch(/as plugin plg_/)
  await send('ex-1')
  await send('ex-2', { total: 5, test: true })
  const { value } = await reader.until<{ events: { properties: object }[] }>(
    '/profiles/user_id:ex-1/events',
    ({ events }) => events.length === 1,
  )
  expect(value.events[0]?.properties).toEqual({ total: 120, score: 'high' })
  const { value: dropped } = await reader.until<Trace>('/events/ex-2/trace', ({ outcome }) => outcome === 'dropped')
  expect(pluginSteps(dropped)).toMatchObject([{ outcome: 'dropped', reason: 'a test order' }])
  const id = /plg_\w+/.exec(String(line))?.[0] as string
  await fetch(`${server.url}/api/v1/plugins/${id}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${server.apiToken}` },
  })
}, 60_000)

test('a connection that is closed in the middle of the answer is a failure, and changes nothing', async () => {
  const url = await aPeer((_, response) => {
    response.writeHead(200, { 'Content-Length': '1000', 'Content-Type': 'application/json' })
    response.write('{"results":[{"set":{"properties.score":1}}]}')
    setTimeout(() => response.socket?.end(), 50)
  })
  expect(pluginSteps(await traced('half-1', remote(url)))).toMatchObject([{ outcome: 'failed' }])
}, 60_000)

test('an answer that never ends, and one that never begins, cost their time and no more', async () => {
  const endless = await aPeer((_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '.repeat(1_000)), 10)
    response.on('close', () => clearInterval(timer))
  })
  const trace = await traced('endless-1', remote(endless))
  expect(pluginSteps(trace)).toMatchObject([{ outcome: 'timeout', reason: 'no answer within 500 ms' }])
  const silent = await aPeer(() => {})
  expect(pluginSteps(await traced('silent-1', remote(silent)))).toMatchObject([{ outcome: 'timeout' }])
}, 60_000)

test('a redirect is not followed', async () => {
  let followed = false
  const target = await aPeer((_, response) => {
    followed = true
    response.end('{"results":[null]}')
  })
  const url = await aPeer((_, response) => response.writeHead(307, { Location: target }).end())
  expect(pluginSteps(await traced('moved-1', remote(url)))).toMatchObject([
    { outcome: 'failed', reason: expect.stringContaining('redirect') },
  ])
  expect(followed).toBe(false)
}, 60_000)

test('code that loops is stopped, and the events go on', async () => {
  const code = 'export function onEvent() { for (;;); }'
  const loop = { type: 'javascript', name: 'loop', settings: { code, writes: [] } }
  expect(pluginSteps(await traced('loop-1', loop))).toMatchObject([{ outcome: 'timeout' }])
  await send('after-loop')
  const { value } = await reader.until<Trace>('/events/after-loop/trace', ({ outcome }) => outcome === 'applied')
  expect(value.outcome).toBe('applied')
}, 60_000)
