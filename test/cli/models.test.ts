import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** `npx tributary models` and `lineage`, as a person runs them. */
let server: LocalServer

beforeAll(async () => {
  server = await startLocalServer()
}, 90_000)
afterAll(() => server?.stop(), 60_000)

async function tributary(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(process.cwd(), 'scripts/tributary.mjs'), ...args], {
    env: { ...process.env, TRIBUTARY_STATE: server.state },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => (out += String(chunk)))
  child.stderr?.on('data', (chunk) => (err += String(chunk)))
  const [code] = await once(child, 'exit')
  return { code: code as number | null, out, err }
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
async function api(method: string, path: string, body?: object): Promise<any> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${server.apiToken}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return response.json()
}

async function until<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await read()
    if (isThere(value) || tries > 150) return value
    await new Promise((resume) => setTimeout(resume, 100))
  }
}

test('a query over the lake becomes traits, told once, and lineage leads back to what was sent', async () => {
  const batch = ['u1', 'u2'].map((userId) => ({
    type: 'track',
    event: 'Order Completed',
    userId,
    messageId: `o-${userId}`,
    properties: { total: userId === 'u1' ? 20 : 5 },
  }))
  const authorization = `Basic ${btoa(`${server.writeKey}:`)}`
  await fetch(`${server.url}/v1/batch`, { method: 'POST', headers: { authorization }, body: JSON.stringify({ batch }) })
  await until(
    () => api('GET', '/profiles/user_id:u2'),
    (profile) => profile.id !== undefined,
  )
  const model = await api('POST', '/models', {
    name: 'spenders',
    source: { type: 'lake' },
    query: `SELECT user_id, sum(CAST(properties->>'$.total' AS DOUBLE)) AS spent FROM events
            WHERE name = 'Order Completed' GROUP BY user_id`,
    primaryKey: 'user_id',
    map: { userId: 'user_id', traits: { spent: 'spent' } },
    mode: 'identify',
  })
  expect(model.id).toMatch(/^mdl_/)
  const dry = await tributary('models', 'run', 'spenders', '--dry-run', '--json')
  expect([dry.err, dry.code]).toEqual(['', 0])
  expect(JSON.parse(dry.out).result).toMatchObject({ dryRun: true, added: 2 })
  expect((await tributary('models', 'run', 'spenders')).code).toBe(0)
  const profile = await until(
    () => api('GET', '/profiles/user_id:u1'),
    ({ traits }) => traits.spent !== undefined,
  )
  expect(profile.traits).toMatchObject({ spent: 20 })
  const again = await tributary('models', 'run', 'spenders', '--json')
  expect(JSON.parse(again.out).result).toMatchObject({ added: 0, unchanged: 2 })
  expect((await tributary('models', 'runs', 'spenders')).out).toContain('2 added, 0 changed')
  expect((await tributary('models')).out).toContain('spenders')
  const { jobId } = await api('POST', '/lake/compact')
  await until(
    () => api('GET', `/jobs/${jobId}`),
    ({ state }) => state === 'done',
  )
  const back = await tributary('lineage', 'user_id:u1', '--column', 'traits.spent', '--json')
  expect([back.err, back.code]).toEqual(['', 0])
  expect(JSON.parse(back.out).lines).toMatchObject([{ source: expect.stringMatching(/^models@/), outcome: 'applied' }])
  expect((await tributary('lineage', '--message', 'o-u1')).out).toContain('daily_activity')
  expect((await tributary('lineage')).code).toBe(2)
}, 180_000)

test('what is held was nowhere on the command line: it is listed with why, explained by lake verify, and let go', async () => {
  const total = { table: 'events', column: 'properties.total', kind: 'range', params: { min: 0 }, severity: 'hard' }
  await api('POST', '/quality/expectations', total)
  expect((await tributary('quality')).out).toBe('nothing is held\n')
  const event = { type: 'track', event: 'Order', userId: 'u1', messageId: 'negative', properties: { total: -1 } }
  const authorization = `Basic ${btoa(`${server.writeKey}:`)}`
  await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify({ batch: [event] }),
  })
  await until(
    () => api('GET', '/lake'),
    ({ waiting }) => waiting.events > 0,
  )
  await tributary('lake', 'compact', '--no-gold')
  const held = await tributary('quality')
  expect([held.code, held.err]).toEqual([1, ''])
  const [, id = ''] = /^(hold_\w+) +held +events/m.exec(held.out) ?? []
  expect(held.out).toContain('properties.total')
  const verified = await tributary('lake', 'verify')
  expect([verified.code, verified.out]).toEqual([0, expect.stringContaining(`(${id})`)])
  expect((await tributary('quality', 'release', id)).out).toContain('releasing')
  const after = await until(
    () => tributary('quality'),
    ({ code }) => code === 0,
  )
  expect(after.out).toBe('nothing is held\n')
  expect((await tributary('quality', '--all')).out).toContain('released')
  expect((await tributary('quality', 'release', 'hold_nothing')).code).toBe(1)
  expect((await tributary('quality', 'release')).code).toBe(2)
}, 180_000)

test('a run that could not tell some rows did not say why on the command line', async () => {
  const model = await api('POST', '/models', {
    name: 'nobodies',
    source: { type: 'lake' },
    query: "SELECT 'a' AS id, NULL AS who",
    primaryKey: 'id',
    map: { userId: 'who' },
    mode: 'identify',
  })
  expect(model.id).toMatch(/^mdl_/)
  await tributary('models', 'run', 'nobodies')
  const { out } = await tributary('models', 'runs', 'nobodies')
  expect(out).toContain('0 added, 0 changed, 0 removed, 1 failed\n  1: it names nobody: its ids are null')
}, 120_000)
