import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeNames } from '../../scripts/cli/codegen-names.ts'
import { CliError } from '../../scripts/cli/command.ts'
import { run } from '../../scripts/cli/main.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { readerOf } from '../support/read-api.ts'

/** `npx tributary codegen`, and what the compiler says of code that uses what it wrote. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-codegen-'))
  // The compiler finds the types of SDKs where the project has them.
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const item = { type: 'object', title: 'Item', properties: { sku: { type: 'string' } }, required: ['sku'] }
const PLAN = {
  name: 'Shop */ of\nours',
  mode: 'enforce',
  events: [
    {
      name: 'Order Completed',
      version: 1,
      schema: {
        type: 'object',
        description: 'ends */ here',
        properties: {
          total: { type: 'number' },
          currency: { enum: ['EUR', 'USD', 'Item'] },
          Item: { type: 'string' },
          items: { type: 'array', items: { $ref: '#/$defs/item' } },
        },
        required: ['total'],
        additionalProperties: false,
        $defs: { item },
      },
    },
    {
      name: 'Order Completed',
      version: 2,
      schema: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
    },
    {
      name: 'Cart Viewed',
      schema: { properties: { items: { type: 'array', items: { $ref: '#/$defs/item' } } }, $defs: { item } },
    },
    { name: 'order-completed', schema: {} },
    { name: 'delete', schema: {} },
    { name: '2 fast "quoted" \'it\' `$x`\n', schema: { properties: { 'a b': { type: ['string', 'null'] } } } },
    { name: '🎉', schema: {} },
    { name: 'constructor', schema: { properties: { __proto__: { type: 'string' } } } },
    { name: 'Größe geändert', schema: { tsType: '{}; throw 1', properties: { n: { type: 'integer' } } } },
    { name: '$identify', schema: { properties: { email: { type: 'string', format: 'email' } } } },
  ],
}

function aPlan(plan: object = PLAN): string {
  const path = join(folder, 'plan.json')
  writeFileSync(path, JSON.stringify(plan))
  return path
}

async function generated(plan: object = PLAN, ...more: string[]): Promise<string> {
  const out = join(folder, 'events.ts')
  await run(['codegen', aPlan(plan), '--out', out, ...more], { env: {}, out: { write: () => true } })
  return readFileSync(out, 'utf8')
}

/** Lines at fault, by the compiler. */
function compiled(code: string): Promise<readonly string[]> {
  const path = join(folder, 'use.ts')
  writeFileSync(path, code)
  const options =
    '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --allowImportingTsExtensions --types node'
  const args = [join(process.cwd(), 'node_modules/typescript/bin/tsc'), ...options.split(' '), path]
  return new Promise((resume) => {
    execFile(process.execPath, args, { cwd: folder }, (_, out) =>
      resume(out.split('\n').filter((line) => line.includes('error'))),
    )
  })
}

describe('npx tributary codegen', () => {
  test('writes a module that compiles, with the types of real SDKs', async () => {
    await generated()
    const code = `
      import { AnalyticsBrowser } from '@segment/analytics-next'
      import { Analytics } from '@segment/analytics-node'
      import { RudderAnalytics } from '@rudderstack/analytics-js'
      import RudderNode from '@rudderstack/rudder-sdk-node'
      import { browserEvents, serverEvents, type IdentifyTraits, type GrößeGeändert } from './events.ts'
      const { orderCompleted, orderCompletedV1, deleteEvent, event, orderCompleted2 } = browserEvents(new AnalyticsBrowser())
      orderCompleted({ orderId: 'o' })
      orderCompletedV1({ total: 5, currency: 'Item', Item: 'x', items: [{ sku: 's' }] }, { timestamp: new Date() })
      deleteEvent({ anything: 1 })
      event({})
      orderCompleted2({})
      browserEvents(new RudderAnalytics()).cartViewed({ items: [{ sku: 's', more: 1 }] })
      serverEvents(new Analytics({ writeKey: 'k' })).orderCompleted({ orderId: 'o' }, { userId: 'u' })
      serverEvents(new RudderNode('k', {})).orderCompleted({ orderId: 'o' }, { anonymousId: 'a', context: { ip: '::1' } })
      const traits: IdentifyTraits = { email: 'a@b.co' }
      const size: GrößeGeändert = { n: 1 }
      console.log(traits, size)
    `
    expect(await compiled(code)).toEqual([])
  })

  test.each([
    ['a property that is missing', 'browserEvents(sdk).orderCompletedV1({ currency: "EUR" })'],
    ['a property of another type', 'browserEvents(sdk).orderCompletedV1({ total: "5" })'],
    ['a value that is not planned', 'browserEvents(sdk).orderCompletedV1({ total: 5, currency: "GBP" })'],
    ['a property that is not planned', 'browserEvents(sdk).orderCompletedV1({ total: 5, tax: 1 })'],
    ['a wrong element', 'browserEvents(sdk).cartViewed({ items: [{}] })'],
    ['an event that is not planned', 'browserEvents(sdk).orderRefunded({})'],
    ['nobody who did it', 'serverEvents(sdk).orderCompleted({ orderId: "o" }, {})'],
  ])('does not compile with %s', async (_, use) => {
    await generated()
    const head =
      "import { browserEvents, serverEvents } from './events.ts'\ndeclare const sdk: { track(...args: any[]): void }\n"
    const errors = await compiled(`${head}${use}\n`)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain('use.ts(3,')
  })

  test('calls the SDK with the very name, and with the version where there are several', async () => {
    await generated()
    const calls: unknown[] = []
    // Written a moment ago, so no compiler knows it.
    const module = await import(/* @vite-ignore */ join(folder, 'events.ts'))
    const browser = module.browserEvents({ track: (...args: unknown[]) => calls.push(args) })
    browser.deleteEvent({ a: 1 })
    browser.orderCompletedV1({ total: 1 }, { context: { ip: '::1' }, timestamp: 't' })
    module
      .serverEvents({ track: (message: unknown) => calls.push(message) })
      .orderCompleted({ orderId: 'o' }, { userId: 'u' })
    expect(calls).toEqual([
      ['delete', { a: 1 }, undefined],
      ['Order Completed', { total: 1 }, { context: { ip: '::1', protocols: { event_version: '1' } }, timestamp: 't' }],
      {
        userId: 'u',
        event: 'Order Completed',
        properties: { orderId: 'o' },
        context: { protocols: { event_version: '2' } },
      },
    ])
  })

  test('writes the same for the same plan, in whatever order its events stand, and --check tells a difference', async () => {
    const text = await generated()
    expect(await generated({ ...PLAN, events: PLAN.events.toReversed() })).toBe(text)
    expect(await generated(PLAN, '--check')).toBe(text)
    const less = { ...PLAN, events: PLAN.events.slice(1) }
    await expect(generated(less, '--check')).rejects.toThrow('is not what the plan says')
  })

  test('says what is wrong with a file, and with how it was called', async () => {
    const io = { env: { TRIBUTARY_STATE: join(folder, 'none') }, out: { write: () => true } }
    const bad = aPlan({ name: 'Bad', events: [{ name: 'A', schema: { properties: { a: { type: 'strng' } } } }] })
    await expect(run(['codegen', bad, '--out', '-'], io)).rejects.toThrow(
      'events.0.schema.properties.a.type must be one',
    )
    await expect(run(['codegen', bad], io)).rejects.toThrow('--out says where')
    await expect(run(['codegen', bad, '--out', '-', '--language', 'cobol'], io)).rejects.toBeInstanceOf(CliError)
    await expect(run(['codegen', '--out', '-'], io)).rejects.toThrow('There is no running Tributary')
  })
})

describe('a plan of a running Tributary', () => {
  let server: LocalServer
  beforeAll(async () => {
    server = await startLocalServer()
  }, 60_000)
  afterAll(() => server?.stop(), 60_000)

  async function call(path: string, body: object, token = server.apiToken): Promise<JsonObject> {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const reply = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await reply.json()) as JsonObject
  }

  test('is in force within seconds, and becomes code by its name', async () => {
    const schema = { properties: { total: { type: 'number' } }, required: ['total'] }
    const events = [{ name: 'Order Completed', version: 1, schema, onViolation: 'block' }]
    await call('/api/v1/tracking-plans', { name: 'Shop', mode: 'enforce', events, unplanned: 'allow' })
    const reader = readerOf(server)
    const outcomeOf = async (messageId: string) => {
      const event = { type: 'track', event: 'Order Completed', userId: 'u', messageId, properties: { total: 'x' } }
      await call('/v1/batch', { writeKey: server.writeKey, batch: [event] }, 'none')
      return (await reader.until<{ outcome: string }>(`/events/${messageId}/trace`, () => true)).value.outcome
    }
    const until = Date.now() + 5_000
    const outcomes: string[] = []
    while (outcomes.at(-1) !== 'rejected' && Date.now() < until) outcomes.push(await outcomeOf(`m${outcomes.length}`))
    expect(outcomes.at(-1)).toBe('rejected')
    const written: string[] = []
    const io = { env: { TRIBUTARY_STATE: server.state }, out: { write: (text: string) => written.push(text) } }
    for (const named of [[], ['Shop']]) await run(['codegen', ...named, '--out', '-'], io)
    expect(written[0]).toContain('orderCompleted: (properties: OrderCompleted')
    expect(written[1]).toBe(written[0])
    await expect(run(['codegen', 'Nothing', '--out', '-'], io)).rejects.toThrow('There is no tracking plan Nothing')
  }, 60_000)
})

test('any names become identifiers, and no two the same', () => {
  const names = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('delete', 'Order', 'order', 'Record')),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(names, (all) => {
      const made = codeNames(all.map((name) => ({ name, suffix: '' })))
      for (const field of ['type', 'function'] as const) {
        expect(new Set(made.map((one) => one[field])).size).toBe(all.length)
        // A declaration of that name is taken by the language itself.
        for (const one of made) expect(() => new Function(`'use strict'; const ${one[field]} = 1`)).not.toThrow()
      }
    }),
  )
})
