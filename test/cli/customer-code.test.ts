import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAnswer, writeCall } from '../../platform/customer-code-lines.ts'
import { CODE_LIMITS, type CodeAnswer } from '../../platform/customer-code-types.ts'
import { openCodeProcess } from '../../scripts/local/code-process.ts'
import { codeRunner } from '../../scripts/local/code-runner.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'

/** Customer code in the process that `npm start` has for it: what nothing but a killed process stops, and the network. */
const runner = codeRunner({ open: openCodeProcess, now: Date.now, sleep })

interface Rest {
  readonly workspace?: string
  readonly allow?: readonly string[]
  readonly timeoutMs?: number
}

async function run(code: string, events: readonly JsonObject[] = [{}], rest: Rest = {}): Promise<CodeAnswer> {
  const given = writeCall({}, events)
  const reply = await runner.run({ workspace: 'ws_1', code, allow: [], timeoutMs: 500, ...given, ...rest })
  return reply.kind === 'text' ? readAnswer(reply.text, given) : { ...reply, logs: [] }
}

async function values(
  code: string,
  events: readonly JsonObject[] = [{}],
  rest: Rest = {},
): Promise<readonly unknown[]> {
  const answer = await run(code, events, rest)
  if (answer.kind === 'failed') throw new Error(`${answer.reason}: ${answer.detail}`)
  return answer.results.map((result) => (result.kind === 'value' ? result.value : `${result.reason}: ${result.detail}`))
}

const fetching = (url: string, init = '{}') =>
  `export async function onEvent() { const reply = await fetch(${JSON.stringify(url)}, ${init}); return [reply.status, await reply.text()] }`

let server: Server
let host: string
const asked: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-mine'] ?? ''}`)
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to')
    if (to) return response.writeHead(302, { location: to }).end()
    if (request.url === '/endless') return void response.write('x'.repeat(200_000))
    let body = ''
    request.on('data', (chunk) => (body += chunk)).on('end', () => response.end(`hello ${body}`))
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await runner.stop()
})

const LOOP = 'export function onEvent() { for (;;) {} }'
const DOUBLE = 'export const onEvent = (event) => event.n * 2'

describe('customer code of a local Tributary', () => {
  it('that never ends is stopped, and the code beside it answers all the same', async () => {
    expect(await values(DOUBLE, [{ n: 2 }])).toEqual([4])
    const [loop, ...others] = await Promise.all([
      run(LOOP),
      ...[1, 2, 3].map((n) => values(`${DOUBLE} // ${n}`, [{ n }], { workspace: `ws_${n}` })),
    ])
    expect(loop).toMatchObject({ kind: 'failed', reason: 'timeout' })
    expect(others).toEqual([[2], [4], [6]])
  })

  it('that was found to loop disturbs nobody from then on', async () => {
    await values(DOUBLE, [{ n: 4 }]) // Its process is there again.
    let stopped = false
    const looping = run(LOOP).finally(() => (stopped = true))
    expect(await values(DOUBLE, [{ n: 4 }])).toEqual([8])
    expect(stopped).toBe(false)
    expect(await looping).toMatchObject({ reason: 'timeout' })
  })

  it('that loops while it is loaded is stopped as well', async () => {
    expect(await run('for (;;) {}\nexport const onEvent = () => 1')).toMatchObject({ reason: 'timeout' })
  })

  it('that waits too long is given up without stopping anything', async () => {
    const late = run('export const onEvent = () => new Promise((done) => setTimeout(done, 3_000, 1))')
    expect(await values(DOUBLE, [{ n: 5 }])).toEqual([10])
    expect(await late).toMatchObject({ kind: 'failed', reason: 'timeout', detail: 'no answer within 500 ms' })
  })

  it('calls the hosts on its list, with what it says', async () => {
    const post = fetching(`http://${host}/a`, `{ method: 'POST', body: 'you', headers: { 'X-Mine': 'yes' } }`)
    expect(await values(post, [{}], { allow: [host] })).toEqual([[200, 'hello you']])
    expect(asked.at(-1)).toBe('POST /a yes')
    const redirected = fetching(`http://${host}/r?to=/b`)
    expect(await values(redirected, [{}], { allow: [host] })).toEqual([[200, 'hello ']])
  })

  it.each<[string, () => [string, string[]], string]>([
    ['no list', () => [`http://${host}/`, []], 'not permitted to access the internet'],
    ['another host', () => ['https://example.com/', [host]], 'not on the list'],
    ['another port', () => ['http://127.0.0.1:1/', [host]], 'not on the list'],
    ['a redirect to another host', () => [`http://${host}/r?to=http://127.0.0.1:1/`, [host]], 'not on the list'],
    ['a private address on the list', () => ['https://10.0.0.1/', ['10.0.0.1']], 'must be a public address'],
    [
      'a redirect to a private address on the list',
      () => [`http://${host}/r?to=https://169.254.169.254/`, [host, '169.254.169.254']],
      'must be a public address',
    ],
  ])('is not let out: %s', async (_, of, why) => {
    const [url, allow] = of()
    const [answer] = await values(fetching(url), [{}], { allow })
    expect(answer).toMatch(/^not_allowed: /)
    expect(answer).toContain(why)
  })

  it('is told when a host does not answer, which is no refusal', async () => {
    const gone = createServer()
    await new Promise<void>((resume) => gone.listen(0, '127.0.0.1', resume))
    const allow = [`127.0.0.1:${(gone.address() as AddressInfo).port}`]
    await new Promise((resume) => gone.close(resume))
    const [answer] = await values(fetching(`http://${allow[0]}/`), [{}], { allow, timeoutMs: 3_000 })
    expect(answer).toMatch(/^threw: TypeError: fetch to 127\.0\.0\.1:\d+: no answer/)
  })

  it('gets no answer that is endless, and no socket', async () => {
    const allow = [host]
    expect((await values(fetching(`http://${host}/endless`), [{}], { allow }))[0]).toMatch(/broke off or is too long/)
    const [name, port] = host.split(':')
    const socket = `import { connect } from 'cloudflare:sockets'
      export async function onEvent() { await connect({ hostname: '${name}', port: ${port} }).opened; return 'open' }`
    expect((await values(socket, [{}], { allow }))[0]).toMatch(/^(?:threw|not_allowed): /)
    expect((await values(socket))[0]).toMatch(/^not_allowed: /)
  })

  it.each([
    ['its isolate', 'import { abortIsolate as end } from "cloudflare:workers"; '],
    ['its process', 'import { exit as end } from "node:process"; '],
  ])('that ends %s ends alone', async (_, text) => {
    const answer = await run(`${text}; export function onEvent() { end(1); return 1 }`)
    if (answer.kind === 'done') expect(answer.results[0]).toMatchObject({ kind: 'failed' })
    expect(await values(DOUBLE, [{ n: 6 }])).toEqual([12])
  })

  it('that uses up the memory ends alone', { timeout: 120_000 }, async () => {
    const hog = 'const kept = []; export function onEvent() { for (;;) kept.push(new Array(1e6).fill(Math.random())) }'
    const answer = await run(hog, [{}], { timeoutMs: CODE_LIMITS.timeoutMs })
    expect(answer).toMatchObject({ kind: 'failed' })
    expect(['limit', 'timeout']).toContain(answer.kind === 'failed' && answer.reason)
    expect(await values(DOUBLE, [{ n: 6 }])).toEqual([12])
  })
})
