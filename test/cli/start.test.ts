import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decided, parseReading } from '../../scripts/demo/metrics.ts'

/**
 * `npm start` as somebody at a terminal, or a supervisor, meets it (contracts/http.md, "Starting it" and the end of
 * "Operations"): through npm, with real processes, ports and folders.
 */
const REPOSITORY = join(import.meta.dirname, '../..')

interface Started {
  readonly process: ChildProcess
  output(): string
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

const started: Started[] = []

type Environment = { readonly [name: string]: string }

function npmStart(env: Environment): Started {
  return launch('npm', ['start', '--silent'], env)
}

/** @param ownGroup as a shell starts a job: so that one signal reaches all of its processes, npm included */
function launch(command: string, args: readonly string[], env: Environment, ownGroup = false): Started {
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    detached: ownGroup,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const ended = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once('close', (code, signal) => done(code ?? signal))
  })
  const result = { process: child, output: () => output, ended }
  started.push(result)
  return result
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address ? address.port : 0
}

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 40_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not happen. Output:\n${started.at(-1)?.output()}`)
    await sleep(50)
  }
}

function lines(of: Started): readonly string[] {
  return of.output().trimEnd().split('\n')
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-start-'))
})
afterAll(async () => {
  for (const { process: child } of started) if (child.exitCode === null) child.kill('SIGTERM')
  await Promise.all(started.map(({ ended }) => ended))
  rmSync(folder, { recursive: true, force: true })
})

describe('npm start', () => {
  let port: number
  let state: string
  let first: Started
  const devFile = () => JSON.parse(readFileSync(join(state, 'dev.json'), 'utf8')) as { [name: string]: string }

  beforeAll(async () => {
    port = await freePort()
    state = join(folder, 'state')
    first = npmStart({ PORT: String(port), TRIBUTARY_STATE: state })
    await until('dev.json', () => existsSync(join(state, 'dev.json')))
  })

  it('prints where it runs and with which keys, and keeps them to this user', async () => {
    const { url, workspace, writeKey, apiToken } = devFile()
    expect([url, workspace]).toEqual([`http://127.0.0.1:${port}`, 'default'])
    expect((await fetch(`${url}/health`)).status).toBe(200)
    await until('the block', () => lines(first).length >= 3)
    expect(lines(first)[0]).toBe(`Tributary is running at ${url}`)
    expect(lines(first)[1]).toMatch(new RegExp(`^ {2}write key {3}${writeKey?.replace('.', '\\.')} +for SDKs$`))
    expect(lines(first)[2]).toMatch(new RegExp(`^ {2}api token {3}${apiToken} +Authorization: Bearer ${apiToken}$`))
    for (const file of ['dev.json', 'secrets.json']) expect(statSync(join(state, file)).mode & 0o777).toBe(0o600)
  })

  it('refuses a port in use, before it touches anything', async () => {
    const elsewhere = join(folder, 'elsewhere')
    const second = npmStart({ PORT: String(port), TRIBUTARY_STATE: elsewhere })
    expect(await second.ended).toBe(1)
    expect(second.output().trim()).toMatch(new RegExp(`^Port ${port} is already in use.*PORT=\\d+ npm start$`))
    expect(existsSync(elsewhere)).toBe(false)
    expect((await fetch(`${devFile()['url']}/health`)).status).toBe(200)
  })

  it('refuses a state folder that another one uses', async () => {
    const second = npmStart({ PORT: String(await freePort()), TRIBUTARY_STATE: state })
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/^Another Tributary .* TRIBUTARY_STATE=/)
    expect(existsSync(join(state, 'dev.json'))).toBe(true)
  })

  it('says why a state folder cannot be used', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const second = npmStart({ PORT: String(await freePort()), TRIBUTARY_STATE: file })
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/^The state folder .*file cannot be used: .* is a file\. /)
  })

  it('works its queues off on SIGTERM, says so last, and stops everything it started', async () => {
    const { url, writeKey } = devFile()
    const batch = Array.from({ length: 100 }, (_, i) => ({
      type: 'track',
      event: 'Tested',
      userId: `u${i % 7}`,
      messageId: `m${i}`,
    }))
    const send = () =>
      fetch(`${url}/v1/batch`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
        body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
      })
    expect((await Promise.all(Array.from({ length: 10 }, send))).map(({ status }) => status)).toEqual(
      Array(10).fill(200),
    )
    const asked = Date.now()
    first.process.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(Date.now() - asked).toBeLessThan(30_000)
    expect(lines(first).at(-1)).toBe('drained, 0 messages left')
    expect([existsSync(join(state, 'dev.json')), existsSync(join(state, 'lock'))]).toEqual([false, false])
    expect(await answers(`${url}/health`)).toBe(false)
  })

  it('keeps its keys and everything it had accepted', async () => {
    const before = readFileSync(join(state, 'secrets.json'), 'utf8')
    const again = npmStart({ PORT: String(port), TRIBUTARY_STATE: state })
    await until('dev.json', () => existsSync(join(state, 'dev.json')))
    expect(readFileSync(join(state, 'secrets.json'), 'utf8')).toBe(before)
    const { url, apiToken } = devFile()
    const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${apiToken}` } })
    const reading = parseReading(await metrics.text())
    expect([reading.applied, reading.duplicate, decided(reading), reading.buffered]).toEqual([100, 900, 1_000, 0])
    again.process.kill('SIGINT')
    expect(await again.ended).toBe(0)
    expect(lines(again).at(-1)).toBe('drained, 0 messages left')
  })

  it('tells senders to come again before its port closes, even with nothing to drain', async () => {
    const idle = npmStart({ PORT: String(port), TRIBUTARY_STATE: state })
    await until('dev.json', () => existsSync(join(state, 'dev.json')))
    const { url } = devFile()
    idle.process.kill('SIGTERM')
    const told = async () => {
      const answer = await fetch(`${url}/v1/batch`, { method: 'POST', body: '{"batch":[]}' })
      return [answer.status, answer.headers.get('Retry-After')]
    }
    await until('a refusal', async () => (await told())[0] === 503)
    expect(await told()).toEqual([503, '5'])
    expect(await idle.ended).toBe(0)
    expect(lines(idle).at(-1)).toBe('drained, 0 messages left')
  })

  it.skipIf(process.platform === 'win32')(
    'drains when Ctrl-C reaches the whole process group, npm included',
    async () => {
      const group = launch('npm', ['start', '--silent'], { PORT: String(port), TRIBUTARY_STATE: state }, true)
      await until('dev.json', () => existsSync(join(state, 'dev.json')))
      process.kill(-(group.process.pid as number), 'SIGINT')
      expect(await group.ended).toBe(0)
      expect(lines(group).at(-1)).toBe('drained, 0 messages left')
    },
  )

  it.skipIf(process.platform === 'win32')('leaves nothing behind even when it is killed', async () => {
    const killed = launch('npm', ['start', '--silent'], { PORT: String(port), TRIBUTARY_STATE: state }, true)
    await until('dev.json', () => existsSync(join(state, 'dev.json')))
    const { url } = devFile()
    process.kill(-(killed.process.pid as number), 'SIGKILL')
    await until('the end of the runtime', async () => !(await answers(`${url}/health`)), 5_000)
    const next = npmStart({ PORT: String(port), TRIBUTARY_STATE: state })
    await until('the next start', () => next.output().includes('Tributary is running'))
    next.process.kill('SIGTERM')
    expect(await next.ended).toBe(0)
  })

  it.skipIf(process.platform === 'win32')('drains when only npm is killed', async () => {
    const orphaned = npmStart({ PORT: String(port), TRIBUTARY_STATE: state })
    await until('dev.json', () => existsSync(join(state, 'dev.json')))
    orphaned.process.kill('SIGKILL')
    expect(await orphaned.ended).toBe('SIGKILL')
    expect(lines(orphaned).at(-1)).toBe('drained, 0 messages left')
  })

  it('refuses a PORT that is none', async () => {
    const second = npmStart({ PORT: 'eighty', TRIBUTARY_STATE: join(folder, 'unused') })
    expect(await second.ended).toBe(1)
    expect(second.output().trim()).toBe('PORT must be a number from 1 to 65535, and is eighty.')
  })
})
