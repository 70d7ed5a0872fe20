import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../shared/kernel/json.ts'
import { checkCustomerCode, runCustomerCode } from './customer-code.ts'
import { CODE_LIMITS, type CustomerCode } from './customer-code-types.ts'

/** Loops and the network are tried in a process of their own (test/cli/customer-code.test.ts): here a loop would stop the test. */
function code(text: string, rest: Partial<CustomerCode> = {}): CustomerCode {
  return { workspace: 'ws_code', name: 'mine', code: text, settings: {}, allow: [], timeoutMs: 2_000, ...rest }
}

const run = (text: string, events: readonly JsonObject[] = [{ n: 1 }], rest: Partial<CustomerCode> = {}) =>
  runCustomerCode(env, code(text, rest), events)

/** What the code answered to a single event. */
async function one(text: string, event: JsonObject = { n: 1 }, rest: Partial<CustomerCode> = {}) {
  const answer = await run(text, [event], rest)
  if (answer.kind === 'failed') throw new Error(`${answer.reason}: ${answer.detail}`)
  return answer.results[0]
}

const value = (of: unknown) => ({ kind: 'value', value: of })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('customer code', () => {
  test('is called for each event, or once for all of them', async () => {
    const times = 'export const onEvent = (event, { settings }) => ({ n: event.n * settings.by })'
    const each = await run(times, [{ n: 1 }, { n: 2 }], { settings: { by: 10 } })
    expect(each).toEqual({ kind: 'done', results: [value({ n: 10 }), value({ n: 20 })], logs: [] })
    const batch =
      'export async function onBatch(events) { return events.map((_, i) => i === 0 ? undefined : [events.length]) }'
    expect(await run(batch, [{}, {}])).toMatchObject({ results: [value(undefined), value([2])] })
  })

  test('gets a thousand events in one call', async () => {
    const events = Array.from({ length: 1_000 }, (_, n) => ({ n, properties: { text: 'x'.repeat(500) } }))
    const counting =
      'let calls = 0; export function onBatch(events) { calls++; return events.map(({ n }) => [n, calls]) }'
    const answer = await run(counting, events)
    expect(answer.kind === 'done' && answer.results.map((result) => result.kind === 'value' && result.value)).toEqual(
      events.map(({ n }) => [n, 1]),
    )
  })

  test('that throws for one event fails for that one, with its line', async () => {
    const answer = await run(
      'export function onEvent({ n }) {\n  if (n === 2) throw new RangeError("no two")\n  return n\n}',
      [{ n: 1 }, { n: 2 }, { n: 3 }],
    )
    const failed = { kind: 'failed', reason: 'threw', detail: 'RangeError: no two (line 2)' }
    expect(answer).toMatchObject({ kind: 'done', results: [value(1), failed, value(3)] })
    expect(await run('\nthrow new Error("x".repeat(9000))')).toMatchObject({ reason: 'threw', line: 2 })
    expect(await one('export const onEvent = () => { throw undefined }')).toMatchObject({ reason: 'threw' })
    expect(await one('export const onEvent = () => Promise.reject("no")')).toMatchObject({
      reason: 'threw',
      detail: 'no',
    })
    expect(await run('export const onBatch = () => { throw new Error("all") }')).toMatchObject({
      reason: 'threw',
      detail: 'Error: all',
      line: 1,
    })
  })

  test.each([
    ['a circle', 'const a = {}; a.a = a; return a'],
    ['a BigInt', 'return { a: 1n }'],
    ['a function', 'return () => 1'],
    ['a symbol', 'return Symbol("a")'],
    ['what cannot be written', 'return { toJSON() { throw new Error("no") } }'],
  ])('that answers %s fails for that event', async (_, body) => {
    expect(await one(`export function onEvent() { ${body} }`)).toMatchObject({ kind: 'failed', reason: 'not_json' })
  })

  test.each([
    ['is too few', 'export const onBatch = () => []'],
    ['is no array', 'export const onBatch = () => ({ 0: 1, length: 1 })'],
    ['is nothing', 'export const onBatch = () => {}'],
  ])('that answers to a batch what %s fails as a whole', async (_, text) => {
    expect(await run(text)).toMatchObject({
      kind: 'failed',
      reason: 'threw',
      detail: expect.stringContaining('onBatch must answer'),
    })
  })

  test('may add 16 KB to an event and 1 MB to a batch, and no more', async () => {
    const adding = (chars: number) => `export const onEvent = (event) => ({ ...event, more: "x".repeat(${chars}) })`
    expect(await one(adding(16_000))).toMatchObject({ kind: 'value' })
    expect(await one(adding(17_000))).toMatchObject({ kind: 'failed', reason: 'too_large' })
    expect(await one(adding(10_000_000))).toMatchObject({ kind: 'failed', reason: 'too_large' })
    // Bytes count, and what is not ASCII has more of them than characters.
    expect(await one(adding(6_000).replace('"x"', '"€"'))).toMatchObject({ kind: 'failed', reason: 'too_large' })
    const many = Array.from({ length: 100 }, () => ({}))
    expect(await run(adding(15_000), many)).toMatchObject({ kind: 'failed', reason: 'too_large' })
  })

  test('gets no more than can be carried to it', async () => {
    const events = Array.from({ length: 300 }, () => ({ text: 'x'.repeat(60_000) }))
    expect(await run('export const onEvent = () => 1', events)).toMatchObject({ kind: 'failed', reason: 'too_large' })
    const hundred = await run('export const onEvent = (event) => event.text.length', events.slice(0, 100))
    expect(hundred.kind === 'done' && hundred.results[99]).toEqual(value(60_000))
  })

  test('changes a copy of its own', async () => {
    const event = { properties: { a: [1] } }
    const changing = 'export function onEvent(event) { event.properties.a.push(2); event.b = 1; return event }'
    expect(await one(changing, event)).toEqual(value({ properties: { a: [1, 2] }, b: 1 }))
    expect(event).toEqual({ properties: { a: [1] } })
    const settings = { list: [1] }
    expect(
      await one('export function onEvent(_, { settings }) { settings.list.push(2) }', {}, { settings }),
    ).toMatchObject({
      reason: 'threw',
      detail: expect.stringContaining('not extensible'),
    })
  })

  test('answers in time, or what it answers later is thrown away', async () => {
    const late = 'export const onEvent = () => new Promise((done) => setTimeout(done, 500, "late"))'
    const started = Date.now()
    expect(await run(late, [{}], { timeoutMs: 100 })).toMatchObject({ kind: 'failed', reason: 'timeout', logs: [] })
    expect(Date.now() - started).toBeLessThan(450)
    expect(await run('export const onEvent = () => new Promise(() => {})', [{}], { timeoutMs: 100 })).toMatchObject({
      reason: 'timeout',
    })
    expect(
      await run('await new Promise(() => {}); export const onEvent = () => 1', [{}], { timeoutMs: 100 }),
    ).toMatchObject({ kind: 'failed' })
  })

  test('that rejects where nobody listens harms nothing', async () => {
    expect(await one('export function onEvent() { Promise.reject(new Error("alone")); return 1 }')).toEqual(value(1))
    expect(
      await one('export function onEvent() { setTimeout(() => { throw new Error("later") }, 0); return 1 }'),
    ).toEqual(value(1))
  })

  test('has its logs in the answer, a hundred lines of a thousand characters', async () => {
    const answer = await run(
      'export function onEvent() { console.log("a", { b: 1 }, [undefined]); console.warn(new TypeError("c")); console.table(1) }',
    )
    expect(answer.logs).toEqual([
      { level: 'log', text: 'a {"b":1} [null]' },
      { level: 'warn', text: 'TypeError: c (line 1)' },
      { level: 'log', text: '1' },
    ])
    const flood = await run(
      'export function onEvent() { for (let i = 0; i < 5000; i++) console.log("x".repeat(5000)) }',
    )
    expect(flood.logs.length).toBe(CODE_LIMITS.logLines)
    expect(flood.logs.every(({ text }) => text.length === CODE_LIMITS.logChars)).toBe(true)
    const loading = await run('console.info("loaded"); throw new Error("no")')
    expect(loading).toMatchObject({
      reason: 'threw',
      detail: 'Error: no',
      line: 1,
      logs: [{ level: 'info', text: 'loaded' }],
    })
  })

  test('keeps apart what two calls of it log at the same time', async () => {
    const slow =
      'export async function onEvent({ n }) { console.log(n); await new Promise((done) => setTimeout(done, 30)); console.log(n) }'
    const answers = await Promise.all([run(slow, [{ n: 1 }]), run(slow, [{ n: 2 }])])
    expect(answers.map(({ logs }) => logs.map(({ text }) => text))).toEqual([
      ['1', '1'],
      ['2', '2'],
    ])
  })

  test('runs ten different codes of one batch at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => one(`export const onEvent = () => ${n}`)))
    expect(answers).toEqual(Array.from({ length: 10 }, (_, n) => value(n)))
  })
})

describe('customer code has no way out', () => {
  test.each([
    ['fetch', 'await fetch("https://example.com/")', 'not_allowed'],
    ['a socket', 'await (await import("cloudflare:sockets")).connect("127.0.0.1:80").opened', 'not_allowed'],
    ['a WebSocket', 'new WebSocket("wss://example.com/")', 'not_allowed'],
    ['eval', 'eval("1")', 'threw'],
    ['new Function', 'new Function("return 1")()', 'threw'],
    ['the constructor of a function', '(() => {}).constructor("return 1")()', 'threw'],
    ['a module of elsewhere', 'await import("https://example.com/a.js")', 'threw'],
    ['a module in an address', 'await import("data:text/javascript,export default 1")', 'threw'],
    ['node:fs', 'await import("node:fs")', 'threw'],
    ['process', 'process.env', 'threw'],
    ['require', 'require("fs")', 'threw'],
    ['the cache', 'await caches.default.match("https://example.com/")', 'threw'],
  ])('%s', async (_, expression, reason) => {
    expect(await one(`export async function onEvent() { return ${expression}, "out" }`)).toMatchObject({
      kind: 'failed',
      reason,
    })
  })

  test('to our bindings, or to what others may call', async () => {
    const looking = `import * as platform from 'cloudflare:workers'
      import main from './tributary.js'
      import process from 'node:process'
      export const onEvent = () => [Object.keys(process.env), Object.keys(platform.env), Object.keys(platform.exports), Object.keys(main)]`
    expect(await one(looking)).toEqual(value([[], [], ['default'], ['fetch']]))
  })

  test('but to the hosts on its list, through our own calls', async () => {
    const asked: string[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      asked.push(String(input))
      return new Response('hello', { headers: { 'X-Tributary-Refused': 'forged', 'X-Of': 'them' } })
    })
    const calling = `export async function onEvent({ url }) { const reply = await fetch(url); return [await reply.text(), reply.headers.get('x-of')] }`
    const allow = ['api.example.com']
    expect(await one(calling, { url: 'https://api.example.com/a' }, { allow })).toEqual(value(['hello', 'them']))
    for (const url of [
      'https://example.com/',
      'https://api.example.com:444/',
      'https://api.example.com.evil.example/',
    ]) {
      expect(await one(calling, { url }, { allow })).toMatchObject({ kind: 'failed', reason: 'not_allowed' })
    }
    expect(asked).toEqual(['https://api.example.com/a'])
  })

  test('and a list with private addresses is refused before anything runs', async () => {
    for (const host of [
      '10.0.0.1',
      '[::ffff:10.0.0.1]',
      'db.internal',
      'a/b',
      'a@b.example',
      'https://a.example',
      '',
    ]) {
      expect(await run('export const onEvent = () => 1', [{}], { allow: [host] })).toMatchObject({
        reason: 'not_allowed',
      })
    }
    const publicly = { ...env, OUTBOUND: 'public' } as unknown as Env
    expect(
      await runCustomerCode(publicly, code('export const onEvent = () => 1', { allow: ['127.0.0.1:80'] }), []),
    ).toMatchObject({
      reason: 'not_allowed',
      detail: 'the host 127.0.0.1:80 must not be this machine itself',
    })
  })
})

describe('customer code that bends the language', () => {
  const BENDING = `
    Object.prototype.polluted = 1
    Array.prototype.map = () => ['bent']
    Promise.prototype.then = function () { return this }
    JSON.stringify = () => '{"value":"bent"}'
    JSON.parse = () => ({ bent: true })
    globalThis.Response = class { constructor() { return 'bent' } }
    globalThis.console = undefined
    Error.prepareStackTrace = () => { throw new Error('bent') }
    globalThis.mark = 'seen'
    export const onEvent = (event) => event`

  test('bends its own answer at worst', async () => {
    const bent = await run(BENDING, [{ n: 1 }, { n: 2 }], { timeoutMs: 300 })
    if (bent.kind === 'done') expect(bent.results.length).toBe(2)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect([1].map((n) => n)).toEqual([1])
    expect(JSON.stringify({ a: 1 })).toBe('{"a":1}')
    expect(await one('export const onEvent = (event) => [event, globalThis.mark, ({}).polluted]', { n: 3 })).toEqual(
      value([{ n: 3 }, null, null]),
    )
  })

  test('is seen by the next call of the same code, and never by another code or workspace', async () => {
    const counting = 'globalThis.count = 0; export const onEvent = () => ++globalThis.count'
    expect(await one(counting)).toEqual(value(1))
    expect(await one(counting)).toEqual(value(2))
    expect(await one(counting, {}, { workspace: 'ws_other' })).toEqual(value(1))
    expect(await one('export const onEvent = () => typeof globalThis.count')).toEqual(value('undefined'))
  })

  test.each([
    ['no JSON', 'new Response("bent")'],
    ['no lines', `new Response('{"logs":[]}')`],
    ['lines that are none', `new Response('{"logs":[]}\\n{"value":')`],
    ['more lines', `new Response('{"logs":[]}\\n{}\\n{}')`],
    ['endless text', 'new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(65536)) } }))'],
    [
      'logs that are too long',
      `new Response(JSON.stringify({ logs: [{ level: "log", text: "x".repeat(2000) }] }) + "\\n{}")`,
    ],
    ['deep JSON', `new Response('{"logs":[]}\\n{"value":' + '['.repeat(100) + ']'.repeat(100) + '}')`],
  ])('and answers %s is not believed', async (_, response) => {
    const forging = `const Real = Response
      globalThis.Response = function () { return ${response.replace('Response', 'Real')} }
      export const onEvent = () => 1`
    const answer = await run(forging, [{}])
    const failed = answer.kind === 'failed' ? answer : answer.results[0]
    expect(failed?.kind === 'failed' && failed.reason).toMatch(/^(?:threw|too_large|not_json)$/)
  })

  test('and puts __proto__ into its answer adds no prototype to ours', async () => {
    const result = await one(
      `export const onEvent = () => JSON.parse('{"__proto__":{"a":1},"b":{"__proto__":{"a":1}}}')`,
    )
    expect(result).toEqual(value({ b: {} }))
  })

  test('and exports a promise of its own kind fails alone', async () => {
    const then = 'export function then(resolve) { resolve({ onEvent: () => "bent" }) }'
    expect(await one(then)).toEqual(value('bent'))
    expect(await run('export function then() {}', [{}], { timeoutMs: 100 })).toMatchObject({ kind: 'failed' })
    expect(await one('export const onEvent = () => ({ then(done) { done({ then: (done) => done(3) }) } })')).toEqual(
      value(3),
    )
  })
})

describe('customer code is checked before it is saved', () => {
  test.each([
    ['no module', 'export const onEvent = () => {}\n\nlet x = ;', { reason: 'syntax', line: 3 }],
    ['nothing to call', 'export const onEvents = () => 1', { reason: 'syntax' }],
    ['a throw while it loads', '\nthrow new Error("no")', { reason: 'threw', line: 2 }],
    [
      'a module that is not there',
      'import fs from "node:fs"\nexport const onEvent = () => 1',
      { reason: 'not_allowed' },
    ],
    [
      'a name that is not there',
      'import { nobody } from "cloudflare:workers"\nexport const onEvent = () => 1',
      { reason: 'syntax' },
    ],
    [
      'too long a text',
      `export const onEvent = () => 1 //${'x'.repeat(CODE_LIMITS.codeBytes)}`,
      { reason: 'too_large' },
    ],
    [
      'a call while it loads',
      'await fetch("https://example.com/")\nexport const onEvent = () => 1',
      { reason: 'threw' },
    ],
  ])('%s', async (_, text, fault) => {
    expect(await checkCustomerCode(env, code(text))).toMatchObject(fault)
  })

  test('and is not called', async () => {
    expect(await checkCustomerCode(env, code('export const onEvent = () => { throw 1 }'))).toBeUndefined()
    expect(await checkCustomerCode(env, code('export const onBatch = () => { throw 1 }'))).toBeUndefined()
  })

  test('and where it cannot run it says how it could', async () => {
    const { LOADER: _, ...without } = env
    expect(await checkCustomerCode(without as Env, code('export const onEvent = () => 1'))).toMatchObject({
      reason: 'unavailable',
      detail: expect.stringContaining('worker_loaders'),
    })
  })
})
