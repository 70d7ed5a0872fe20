import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProfileDocument } from '../../shared/profile/document.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { type Reader, readerOf } from '../support/read-api.ts'

/** `npx tributary import` as a person runs it, against a server started as a person starts it. */
let server: LocalServer
let reader: Reader
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-import-'))
  server = await startLocalServer()
  reader = readerOf(server)
}, 60_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function tributary(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(process.cwd(), 'scripts/tributary.mjs'), ...args], {
    cwd: folder,
    env: { ...process.env, TRIBUTARY_STATE: server.state, ...env },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  return new Promise((resume) => child.once('exit', (code) => resume({ code, out, err })))
}

function aFile(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const lastLine = ({ out }: Ended) => out.trimEnd().split('\n').at(-1)

describe('npx tributary import', () => {
  test('imports a file, lists what was rejected, and ends with the counts; again it changes nothing', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `u${i % 5},Order Placed,2026-03-01T10:00:00Z,${i}`)
    const file = aFile(
      'orders.csv',
      `userId,event,timestamp,properties.total\n${rows.join('\n')}\n,Nobody,2026-03-01,1\n`,
    )
    const ended = await tributary(['import', file])
    expect([ended.err, ended.code]).toEqual(['', 0])
    expect(lastLine(ended)).toBe('accepted 500, rejected 1')
    expect(readFileSync(join(folder, 'orders.csv.errors.csv'), 'utf8').trimEnd().split('\r\n')).toEqual([
      'row,column,code,message,line',
      '501,userId,missing_identifier,"one of userId, anonymousId is required",502',
    ])
    const complete = (profile: ProfileDocument) => profile.eventCounts['Order Placed'] === 100
    await reader.until('/profiles/user_id:u1', complete)
    const again = await tributary(['import', file, '--strict'])
    expect(again.out).toContain('was imported before')
    expect(again.code).toBe(3)
    const { value } = await reader.until('/profiles/user_id:u1', complete)
    expect(value.eventCounts['Order Placed']).toBe(100)
  })

  test('reads packed NDJSON, and a chat by its connector', async () => {
    const packed = aFile('events.ndjson.gz', gzipSync('{"userId":"p1","event":"Read"}\n{"userId":"p1"}\n'))
    const ended = await tributary(['import', packed])
    expect([lastLine(ended), ended.code]).toEqual(['accepted 1, rejected 1', 0])
    const chat = aFile('chat.txt', '12/03/2026, 14:05 - +44 7700 900123: hello\n')
    const connected = await tributary(['import', chat, '--connector', 'whatsapp-chat', '--format', 'text'])
    expect([lastLine(connected), connected.code]).toEqual(['accepted 1, rejected 0', 0])
  })

  test('says what is wrong in one line, with an exit code of its own for wrong use', async () => {
    const file = aFile('a.csv', 'userId,event\nu,x\n')
    const cases: readonly (readonly [readonly string[], number, string])[] = [
      [[], 2, ''],
      [['imprt'], 2, 'There is no command imprt.'],
      [['import'], 2, 'import takes one FILE; see --help.'],
      [['import', file, '--nonsense'], 2, "Unknown option '--nonsense'"],
      [['import', join(folder, 'none.csv')], 1, 'none.csv cannot be read: ENOENT.'],
      [['import', file, '--mapping', 'none'], 1, 'refuses: 422 there is no mapping none'],
    ]
    for (const [args, code, message] of cases) {
      const ended = await tributary(args)
      expect([args, ended.code]).toEqual([args, code])
      expect(ended.err).toContain(message)
      expect(ended.err).not.toMatch(/^\s+at /m)
    }
    const elsewhere = { TRIBUTARY_STATE: join(folder, 'nowhere') }
    expect((await tributary(['import', file], elsewhere)).err).toContain('There is no running Tributary.')
    const named = { ...elsewhere, TRIBUTARY_URL: `${server.url}/`, TRIBUTARY_TOKEN: server.apiToken }
    expect((await tributary(['import', file], named)).code).toBe(0)
    const wrong = await tributary(['import', file], { ...named, TRIBUTARY_TOKEN: 'tk_wrong-wrong-wrong-wrong' })
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('refuses: 401')])
  })

  test('--help lists the commands, and what each takes', async () => {
    const list = await tributary(['--help'])
    expect([list.code, list.out]).toEqual([0, expect.stringContaining('import FILE [--mapping NAME]')])
    for (const args of [
      ['import', '--help'],
      ['help', 'import'],
      ['import', '-h'],
    ]) {
      const { code, out } = await tributary(args)
      expect([code, out]).toEqual([0, expect.stringContaining('--mapping NAME')])
    }
  })
})
