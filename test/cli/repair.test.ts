import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** The commands that watch and repair, as a person runs them, against a server started as a person starts it. */
let server: LocalServer
let folder: string
let peer: Server
/** How the receiver answers, and what it was sent. */
const receiver = { status: 200, got: [] as { event?: string; id: string }[] }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-repair-'))
  peer = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const id = String(request.headers['webhook-id'])
    if (receiver.status === 200) receiver.got.push({ event: JSON.parse(text).data.event, id })
    response.writeHead(receiver.status).end()
  }).listen(0, '127.0.0.1')
  server = await startLocalServer()
}, 60_000)
afterAll(async () => {
  await server?.stop()
  peer?.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly ended: Promise<number | null>
}

function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [join(process.cwd(), 'scripts/tributary.mjs'), ...args], {
    cwd: folder,
    env: { ...process.env, TRIBUTARY_STATE: server.state, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => (out += String(chunk)))
  child.stderr?.on('data', (chunk) => (err += String(chunk)))
  return { child, out: () => out, err: () => err, ended: once(child, 'exit').then(([code]) => code as number | null) }
}

async function tributary(...args: readonly string[]) {
  const running = start(args)
  const code = await running.ended
  return { code, out: running.out(), err: running.err(), lines: running.out().trimEnd().split('\n') }
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

async function send(...batch: readonly object[]): Promise<void> {
  const authorization = `Basic ${btoa(`${server.writeKey}:`)}`
  const init = { method: 'POST', headers: { authorization }, body: JSON.stringify({ batch }) }
  expect((await fetch(`${server.url}/v1/batch`, init)).status).toBe(200)
}

const track = (event: string, messageId: string, more: object = {}) => ({
  type: 'track',
  event,
  userId: 'u1',
  messageId,
  ...more,
})

async function until(isSo: () => unknown): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 300) throw new Error('it did not come about')
    await sleep(50)
  }
}

describe('npx tributary tail', () => {
  test('shows what arrives with what becomes of it, and ends after so many', async () => {
    const all = start(['tail', '--count', '3'])
    const orders = start(['tail', '--event', 'Order*', '--json', '--count', '1'])
    await until(() => all.err().includes('watching') && orders.err().includes('watching'))
    await send(track('Order Placed', 'o1', { properties: { total: 9 } }), track('Seen', 's1'), {
      type: 'track',
      messageId: 'bad',
    })
    expect(await Promise.all([all.ended, orders.ended])).toEqual([0, 0])
    expect(all.out()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}applied .* Order Placed .* o1 {2}prf_/m)
    expect(all.out()).toMatch(/rejected .* bad {2}missing_name/)
    expect(JSON.parse(orders.out())).toMatchObject({
      name: 'Order Placed',
      outcome: 'applied',
      payload: { properties: { total: 9 } },
    })
  })

  test('shows the newest that are there already, and what was sent of them', async () => {
    const { code, out } = await tributary('tail', '--last', '10', '--event', 'Order Placed', '--count', '1')
    expect([code, out.trimEnd().split('\n').length]).toEqual([0, 1])
    expect(out).toContain('o1')
  })

  test('ends with Ctrl-C, and says why it is refused', async () => {
    const running = start(['tail'])
    await until(() => running.err().includes('watching'))
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(0)
    const wrong = start(['tail'], {
      TRIBUTARY_STATE: folder,
      TRIBUTARY_URL: server.url,
      TRIBUTARY_TOKEN: 'tk_wrong-wrong-wrong-wrong',
    })
    expect([await wrong.ended, wrong.err()]).toEqual([1, expect.stringContaining('refuses: send a valid API token')])
  })
})

describe('a tracking plan that was too strict', () => {
  test('leaves letters that are listed, shown, mended from a file and replayed; others are discarded', async () => {
    const events = [{ name: 'Paid', version: '1', schema: { required: ['total'] }, onViolation: 'quarantine' }]
    await api('POST', '/tracking-plans', { name: 'orders', mode: 'enforce', events })
    await sleep(5_500)
    await send(track('Paid', 'p1', { properties: { totl: 5 } }), track('Paid', 'p2'), track('Paid', 'p3'))
    await until(async () => (await api('GET', '/dead-letters?stage=plan')).deadLetters.length === 3)
    const list = await tributary('dead-letters', 'list', '--event', 'Pa*', '--json')
    const letters = JSON.parse(list.out) as { id: string; messageId: string; reason: string }[]
    expect(letters.map(({ reason }) => reason)).toEqual(['plan:missing', 'plan:missing', 'plan:missing'])
    const { id } = letters.find(({ messageId }) => messageId === 'p1') as { id: string }
    const shown = await tributary('dead-letters', 'show', id)
    expect(shown.out).toMatch(/^stage +plan$/m)
    expect(shown.out).toContain('/api/v1/events/p1/trace')
    expect(shown.out).toContain('"totl": 5')
    const mended = join(folder, 'mended.json')
    writeFileSync(mended, JSON.stringify(track('Paid', 'p1', { properties: { total: 5 } })))
    const edited = await tributary('dead-letters', 'edit', id, '--file', mended, '--replay')
    expect([edited.err, edited.code]).toEqual(['', 0])
    expect(edited.out).toMatch(/mended .*\n[\s\S]*replay-dead-letters job_\w+ done: replayed 1, unreadable 0/)
    await until(async () => (await api('GET', '/profiles/user_id:u1')).eventCounts.Paid === 1)
    expect((await tributary('dead-letters', 'discard', '--stage', 'plan', '--yes')).out).toBe('discarded 2\n')
    expect((await tributary('dead-letters')).out).toBe('no dead letters\n')
  })
})

describe('a destination that was away', () => {
  test('is sent what it did not take, and a new one what happened before it was there', async () => {
    const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}/`
    receiver.status = 410
    await api('POST', '/destinations', {
      type: 'webhook',
      name: 'CRM',
      settings: { url, secret: 'sesame-sesame' },
      enabled: true,
    })
    await sleep(5_500)
    await send(track('Lost', 'l1'), track('Lost', 'l2'))
    await until(async () => (await api('GET', '/dead-letters?stage=destination')).deadLetters.length >= 2)
    receiver.status = 200
    const replayed = await tributary('dead-letters', 'replay', '--stage', 'destination', '--json')
    expect(JSON.parse(replayed.out)).toMatchObject({ kind: 'replay-dead-letters', state: 'done' })
    await until(() => receiver.got.filter(({ event }) => event === 'Lost').length === 2)

    receiver.got = []
    const again = await tributary('redeliver', 'CRM', '--from', '1h', '--event', 'Order*')
    expect([again.err, again.code]).toEqual(['', 0])
    expect(again.lines.at(-1)).toMatch(/^redelivery job_\w+ done: redelivered 1, unreadable 0/)
    await until(() => receiver.got.some(({ event }) => event === 'Order Placed'))
    expect((await tributary('redeliver', 'ERP', '--from', '1h')).err).toMatch(
      /no one destination ERP\. There are:\n {2}dst_\w+ {2}CRM/,
    )
  })
})

describe('jobs', () => {
  test('replay and rebuild say what they did, as words or as JSON', async () => {
    const replay = await tributary('replay', '--from', '2h', '--outcome', 'rejected', '--json')
    expect(JSON.parse(replay.out)).toMatchObject({ kind: 'replay', state: 'done', result: { replayed: 1 } })
    const rebuild = await tributary('rebuild', 'user_id:u1')
    expect([rebuild.err, rebuild.code]).toEqual(['', 0])
    expect(rebuild.lines.at(-1)).toMatch(/^rebuild job_\w+ done: /)
    const left = await tributary('replay', '--from', '2h', '--no-wait')
    expect((await tributary('jobs', 'follow', left.out.trim())).lines.at(-1)).toContain('done')
    expect((await tributary('jobs', '--kind', 'replay')).lines.length).toBe(2)
    expect((await tributary('jobs', 'show', left.out.trim(), '--json')).out).toContain('"kind":"replay"')
  })

  test('say what is wrong in one line', async () => {
    const cases: readonly (readonly [readonly string[], number, string])[] = [
      [['replay'], 2, '--from says since when'],
      [
        ['replay', '--from', 'yesterday'],
        2,
        '--from is a time (2026-03-15T12:00:00Z) or how long ago (2h, 3d), and not yesterday.',
      ],
      [['replay', '--from', '1h', '--to', '2h'], 2, 'lies before --from'],
      [['replay', '--from', '1h', '--outcome', 'applied'], 2, '--outcome is one of'],
      [['redeliver', '--from', '1h'], 2, 'redeliver takes one DESTINATION'],
      [['rebuild'], 2, 'rebuild takes PROFILEs'],
      [['rebuild', 'user_id:nobody'], 1, 'refuses: 422'],
      [['dead-letters', 'discard'], 2, 'takes IDs'],
      [['dead-letters', 'show', 'none'], 1, 'there is no such dead letter'],
      [['dead-letters', 'burn'], 2, 'dead-letters knows list, show, edit, replay, discard, and not burn.'],
      [['jobs', 'cancel', 'job_none'], 1, 'refuses: 404'],
      [['tail', '--outcome', 'lost'], 2, '--outcome is one of'],
      [['tail', '--count', '0'], 2, '--count is a number from 1.'],
    ]
    const check = async ([args, code, message]: (typeof cases)[number]) => {
      const ended = await tributary(...args)
      expect([args, ended.code]).toEqual([args, code])
      expect(ended.err).toContain(message)
      expect(ended.err).not.toMatch(/^\s+at /m)
    }
    await Promise.all(cases.map(check))
  })
})
