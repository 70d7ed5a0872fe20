import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** `npx tributary pull`, `plan` and `apply` as a person runs them, against a server started as a person starts it. */
let server: LocalServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-config-'))
  server = await startLocalServer()
}, 60_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

function tributary(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(process.cwd(), 'scripts/tributary.mjs'), ...args], {
    cwd: folder,
    env: { ...process.env, TRIBUTARY_STATE: server.state, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  return new Promise<{ code: number | null; out: string; err: string }>((resume) =>
    child.once('exit', (code) => resume({ code, out, err })),
  )
}

async function api(method: string, path: string, body?: unknown) {
  const answer = await fetch(new URL(`/api/v1${path}`, server.url), {
    method,
    headers: { authorization: `Bearer ${server.apiToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as any) }
}

function aFile(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const HOOK_SECRET = 'a-signing-secret-of-a-provider'
const ENV = { CRM_SECRET: SECRET, STRIPE_SECRET: HOOK_SECRET, STRIPE_PASSWORD: 'a-password-nobody-sees' }

const CONFIG = {
  workspace: {
    windowMs: 1_500,
    identity: { types: { loyalty: { priority: 25, limit: 3 } } },
    pipeline: { sources: { shop: { stages: ['transform', 'plan'] } } },
  },
  sources: [
    { name: 'shop', kind: 'web' },
    { name: 'backend', kind: 'server', settings: { rateLimitPerMinute: 5_000 } },
    {
      name: 'payments',
      kind: 'webhook',
      provider: 'stripe',
      settings: {
        secrets: [{ env: 'STRIPE_SECRET' }],
        basicAuth: { user: 'stripe', password: { env: 'STRIPE_PASSWORD' } },
      },
    },
  ],
  computedTraits: [
    { key: 'orders_30d', name: 'Orders', aggregate: { fn: 'count', event: 'Order', window: { last: '30d' } } },
  ],
  // Named before what it names, in alphabet and in the file: the order is found.
  segments: [
    { key: 'a_both', name: 'Both', condition: { type: 'segment', key: 'z_buyers' } },
    { key: 'z_buyers', name: 'Buyers', condition: { type: 'computed', key: 'orders_30d', op: 'gte', value: 1 } },
  ],
  trackingPlans: [
    {
      name: 'shop plan',
      mode: 'enforce',
      sources: ['shop'],
      events: [
        { name: 'Order', version: 2, schema: { type: 'object' }, onViolation: 'block' },
        { name: 'Order', schema: { type: 'object', required: ['total'] } },
      ],
    },
  ],
  transformations: [
    {
      name: 'spelling',
      sources: ['shop', 'backend'],
      events: ['Ordr'],
      steps: [{ op: 'set', to: 'event', value: 'Order' }],
    },
    { name: 'card', steps: [{ op: 'mask', path: 'properties.card' }] },
    { name: 'own code', code: { file: 'own-code.js' } },
  ],
  plugins: [
    {
      type: 'remote',
      name: 'scores',
      settings: { url: 'https://example.com/score', secret: { env: 'CRM_SECRET' }, writes: ['properties.score'] },
      filter: { sources: ['shop'], events: ['Order'] },
    },
  ],
  destinations: [
    {
      type: 'webhook',
      name: 'CRM',
      settings: { url: 'https://example.com/in', secret: { env: 'CRM_SECRET' } },
      filter: { segments: ['a_both'], condition: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } },
      mapping: [{ op: 'hash', path: 'profile.traits.email' }],
      consent: { channels: ['email'] },
    },
  ],
  mappings: [
    {
      name: 'orders',
      format: 'csv',
      columns: { id: 'userId', sum: 'properties.total:number' },
      constants: { event: 'Order' },
    },
  ],
}

describe('configuration as code', () => {
  const OWN_CODE = 'export function onEvent(event) {\n  return { ...event, category: "shop" }\n}\n'

  test('is applied in an order in which it can be, and applied twice changes nothing', async () => {
    aFile('own-code.js', OWN_CODE)
    const file = aFile(
      'tributary.config.json',
      `// Our shop\n${JSON.stringify(CONFIG, null, 1).replace('"windowMs"', '/* ms */ "windowMs"')}`,
    )
    const shown = await tributary(['plan', '--detailed-exitcode'], ENV)
    expect([shown.err, shown.code]).toEqual(['', 2])
    expect(shown.out).toContain('+ destination CRM')
    expect(shown.out).toContain('windowMs: 2000 → 1500')
    expect(shown.out).toContain('settings.secret: (secret)')
    const refused = await tributary(['apply', file], ENV)
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('there is nobody to ask, and no --yes')])
    const applied = await tributary(['apply', '--yes', '--keys', 'keys.json'], ENV)
    expect([applied.err, applied.code]).toEqual(['', 0])
    const order = (title: string) => applied.out.indexOf(`${title}: done`)
    expect(order('+ segment z_buyers')).toBeGreaterThan(order('+ computed trait orders_30d'))
    expect(order('+ segment a_both')).toBeGreaterThan(order('+ segment z_buyers'))
    expect(order('+ destination CRM')).toBeGreaterThan(order('+ segment a_both'))
    for (const secret of Object.values(ENV)) expect(shown.out + applied.out).not.toContain(secret)
    const again = await tributary(['apply', '--yes'], ENV)
    expect([again.err, again.code]).toEqual(['', 0])
    expect(again.out).toContain('No differences')
    const withoutSecrets = await tributary(['plan', '--detailed-exitcode'])
    expect([withoutSecrets.err, withoutSecrets.code]).toEqual(['', 0])
    expect(withoutSecrets.out).toContain('CRM_SECRET is not set: the secret that is there stays')
    // What is shown once is kept where it was asked for, for nobody else.
    const keys = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'))
    expect(keys.backend.secretKey.length).toBeGreaterThan(20)
    expect(statSync(join(folder, 'keys.json')).mode & 0o077).toBe(0)
    // The sources are named by what the API made of them.
    const sources = (await api('GET', '/sources')).body.sources as { id: string; name: string }[]
    const shop = sources.find(({ name }) => name === 'shop')?.id as string
    const { transformations } = (await api('GET', '/transformations')).body
    const named = (wanted: string) => transformations.find(({ name }: { name: string }) => name === wanted)
    expect(named('spelling').sources[0]).toBe(shop)
    expect(named('own code').code).toBe(OWN_CODE)
    expect(Object.keys((await api('GET', '/workspace')).body.settings.pipeline.sources)).toEqual([shop])
  }, 120_000)

  test('is pulled, and the plan right after says no differences', async () => {
    const pulled = await tributary(['pull', 'pulled.json'])
    expect([pulled.err, pulled.code]).toEqual(['', 0])
    expect(pulled.out).toContain('CRM_SECRET')
    const text = readFileSync(join(folder, 'pulled.json'), 'utf8')
    for (const secret of Object.values(ENV)) expect(text).not.toContain(secret)
    expect(text).not.toContain('last4')
    const same = await tributary(['plan', 'pulled.json', '--prune', '--detailed-exitcode'])
    expect([same.err, same.code]).toEqual(['', 0])
    expect(same.out).toMatch(/No differences, \d\d unchanged\./)
    const over = await tributary(['pull', 'pulled.json'])
    expect([over.code, over.err]).toEqual([1, expect.stringContaining('--force')])
    const shown = await tributary(['pull', '-'])
    expect(shown.out).toBe(text)
  }, 60_000)

  test('changes field by field, takes away what is not named any more, and says what is not in the file', async () => {
    const [crm] = CONFIG.destinations
    const changed = {
      workspace: { windowMs: 1_500, identity: { sharedAfterAnchors: 4 } },
      destinations: [
        { type: 'webhook', name: 'CRM', settings: crm?.settings, filter: { segments: ['a_both'] }, enabled: false },
      ],
      transformations: CONFIG.transformations.slice(0, 1),
      sources: [
        { ...CONFIG.sources[0] },
        { name: 'payments', kind: 'webhook', provider: 'stripe', settings: { maxAgeSeconds: 60 } },
      ],
    }
    const file = aFile('changed.json', changed)
    const shown = await tributary(['plan', file], ENV)
    expect([shown.err, shown.code]).toEqual(['', 0])
    for (const line of [
      '~ workspace settings',
      'identity.types.loyalty: {"priority":25,"limit":3} → (default)',
      'identity.sharedAfterAnchors: 3 → 4',
      '~ destination CRM',
      'enabled: true → false',
      'filter.condition: ',
      'settings.secrets: ["(secret)"] → (default)'.replaceAll('"(secret)"', '(secret)'),
      '2 of transformations (card, own code)',
    ])
      expect(shown.out).toContain(line)
    expect((await tributary(['apply', file, '--yes'], ENV)).code).toBe(0)
    expect((await tributary(['plan', file, '--detailed-exitcode'], ENV)).code).toBe(0)
    const { destinations } = (await api('GET', '/destinations')).body
    expect(destinations[0]).toMatchObject({
      enabled: false,
      mapping: null,
      consent: null,
      filter: { segments: ['a_both'] },
    })
    expect(destinations[0].filter).not.toHaveProperty('condition')
    const pruned = await tributary(['apply', file, '--yes', '--prune'], ENV)
    expect(pruned.out).toContain('- transformation card: done')
    expect((await api('GET', '/transformations')).body.transformations).toHaveLength(1)
    // A section that the file does not have is left alone.
    expect((await api('GET', '/segments')).body.segments.length).toBeGreaterThan(2)
  }, 60_000)

  test('stops at the first refusal, says what was done, and goes on from there', async () => {
    const good = { key: 'b1', name: 'good', condition: { type: 'trait', path: 'a', op: 'exists' } }
    const bad = { key: 'b2', name: 'bad', condition: { type: 'segment', key: 'nobody' } }
    const file = aFile('stops.json', { segments: [bad, good] })
    const stopped = await tributary(['apply', file, '--yes'])
    expect(stopped.code).toBe(1)
    expect(stopped.out).toContain('+ segment b1: done')
    expect(stopped.err).toMatch(/\+ segment b2: .* refuses: 422 .*nobody/)
    expect(stopped.err).toContain('Stopped: 1 done, 1 not.')
    const mended = aFile('stops.json', { segments: [{ ...bad, condition: good.condition }, good] })
    const rest = await tributary(['apply', mended, '--yes'])
    expect(rest.out).toContain('1 to create')
    expect(rest.code).toBe(0)
  }, 60_000)

  test.each<[string, unknown, string]>([
    ['a section nobody knows', { segmants: [] }, 'segmants: is no section'],
    ['a field nobody knows', { segments: [{ key: 'x', nme: 'x' }] }, 'segments.0 (x).nme'],
    ['a setting nobody knows', { workspace: { windowMillis: 3 } }, 'workspace.windowMillis'],
    [
      'one name twice',
      {
        sources: [
          { name: 'x', kind: 'web' },
          { name: 'x', kind: 'web' },
        ],
      },
      'sources.1 (x): is there twice',
    ],
    [
      'a secret in the file',
      { destinations: [{ type: 'webhook', name: 'x', settings: { url: 'https://e.com', secret: SECRET } }] },
      'settings.secret: is a secret',
    ],
    [
      'a variable that is not set',
      {
        destinations: [{ type: 'webhook', name: 'x', settings: { url: 'https://e.com', secret: { env: 'NOWHERE' } } }],
      },
      'is in NOWHERE, which is not set',
    ],
    [
      'a source that is not there',
      { transformations: [{ name: 'x', sources: ['nobody'], steps: [] }] },
      'there is no source nobody',
    ],
    ['another kind', { sources: [{ name: 'shop', kind: 'server' }] }, 'sources (shop).kind: cannot be changed'],
    [
      'a condition that is none',
      { segments: [{ key: 'x', name: 'x', condition: { type: 'moon' } }] },
      'segments.0 (x).condition.type',
    ],
    [
      'a step that is none',
      { transformations: [{ name: 'x', steps: [{ op: 'explode' }] }] },
      'transformations.0 (x).steps.0.op',
    ],
    ['what is no JSON', '{ "segments": [ }', 'is no JSON'],
    ['what is no object', '[]', 'must hold an object'],
  ])('%s is refused before anything is done, and named', async (_, content, message) => {
    const ended = await tributary(['apply', aFile('wrong.json', content), '--yes'])
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining(message)])
    expect(ended.err).not.toMatch(/^\s+at /m)
    expect(ended.out + ended.err).not.toContain(SECRET)
  })

  test('may be a module, which can compute', async () => {
    const module = `const names: readonly string[] = ['one', 'two']
export default () => ({ transformations: names.map((name) => ({ name, steps: [], enabled: false })) })`
    const shown = await tributary(['plan', aFile('computed.ts', module)])
    expect([shown.err, shown.code]).toEqual(['', 0])
    expect(shown.out).toContain('+ transformation two')
    expect(existsSync(join(folder, 'none.json'))).toBe(false)
    expect((await tributary(['plan', 'none.json'])).err).toContain('none.json cannot be read: ENOENT')
    expect((await tributary(['plan', 'a.yaml'])).err).toContain('YAML is not read')
    expect((await tributary(['plan', 'a.json', 'b.json'])).code).toBe(2)
  })

  test('writes a secret that is another now, or all of them when told to, and shows none', async () => {
    const settings = { url: { env: 'RELAY_URL' }, secret: { env: 'RELAY_SECRET' } }
    const file = aFile('relay.json', { destinations: [{ type: 'webhook', name: 'relay', settings }] })
    const env = { RELAY_URL: 'https://example.com/with-a-token-in-it', RELAY_SECRET: 'the-first-secret-of-the-relay' }
    const made = await tributary(['apply', file, '--yes'], env)
    expect([made.err, made.code]).toEqual(['', 0])
    expect(made.out).toContain('settings.url: "••••"')
    const rotated = { ...env, RELAY_SECRET: 'the-second-secret-of-all-time' }
    const shown = await tributary(['plan', file], rotated)
    expect(shown.out).toContain('settings.secret: (secret) → (secret)')
    expect((await tributary(['apply', file, '--yes'], rotated)).out).toContain('~ destination relay: done')
    expect((await tributary(['plan', file, '--detailed-exitcode'], rotated)).code).toBe(0)
    const { destinations } = (await api('GET', '/destinations')).body
    const relay = destinations.find(({ name }: { name: string }) => name === 'relay')
    expect(relay.settings.secret).toEqual({ last4: 'time' })
    const all = await tributary(['apply', file, '--yes', '--secrets'], rotated)
    expect(all.out).toContain('~ destination relay: done')
    for (const value of [...Object.values(env), ...Object.values(rotated)])
      expect(made.out + shown.out + all.out).not.toContain(value)
  }, 60_000)
})

test('what stands over the lake: expectations, a default as well, syncs and models, with their secrets and destinations', async () => {
  const hook = {
    type: 'webhook',
    name: 'Scores',
    settings: { url: 'https://example.com/in', secret: { env: 'CRM_SECRET' } },
  }
  const total = { table: 'events', column: 'properties.total', kind: 'range', params: { min: 0 } }
  const config = (more: { severity?: string; query?: string } = {}) => ({
    expectations: [
      { ...total, severity: more.severity ?? 'warn' },
      { ...total, params: { min: 0, max: 1_000_000 }, severity: 'hard' },
      { table: 'events', column: 'message_id', kind: 'unique', severity: 'hard' },
      { table: 'lines', kind: 'ratio', params: { of: 'dropped', max: 0.9 } },
    ],
    destinations: [hook],
    syncs: [
      {
        type: 'clickhouse',
        name: 'Warehouse',
        settings: { url: 'https://example.com:8443', password: { env: 'WAREHOUSE_PASSWORD' } },
        tables: ['events'],
      },
    ],
    models: [
      {
        name: 'scores',
        source: {
          type: 'postgres',
          settings: { host: 'example.com', database: 'app', user: 'reader', password: { env: 'MODEL_PASSWORD' } },
        },
        query: more.query ?? 'SELECT id, score FROM customers',
        primaryKey: 'id',
        map: { userId: 'id', event: 'Scored' },
        mode: 'destination',
        destination: 'Scores',
      },
      {
        name: 'spenders',
        source: { type: 'lake' },
        query: 'SELECT 1 AS id',
        primaryKey: 'id',
        map: { userId: 'id' },
        mode: 'identify',
      },
    ],
  })
  const env = { ...ENV, WAREHOUSE_PASSWORD: 'of-the-warehouse', MODEL_PASSWORD: 'of-the-models' }
  const file = aFile('lake.json', config())
  const planned = await tributary(['plan', file], env)
  expect([planned.err, planned.code]).toEqual(['', 0])
  expect(planned.out).toContain('+ expectation events.properties.total.range#2')
  expect(planned.out).toContain('+ model scores')
  expect(planned.out).toMatch(/settings\.password: .*secret/)
  const applied = await tributary(['apply', file, '--yes'], env)
  expect([applied.err, applied.code]).toEqual(['', 0])
  for (const said of [planned.out, applied.out]) expect(said).not.toMatch(/of-the-warehouse|of-the-models/)
  expect((await tributary(['plan', file], env)).out).toContain('No differences')

  const [{ body: made }, { body: destinations }] = [await api('GET', '/models'), await api('GET', '/destinations')]
  const scores = made.models.find(({ name }: { name: string }) => name === 'scores')
  const { id } = destinations.destinations.find(({ name }: { name: string }) => name === 'Scores')
  expect(scores).toMatchObject({ destination: id, source: { type: 'postgres', settings: { host: 'example.com' } } })
  const { expectations } = (await api('GET', '/quality/expectations')).body
  const known = expectations.find((one: { id: string }) => one.id === 'default.events.message_id.unique')
  expect(known).toMatchObject({ severity: 'hard', default: true })

  // What is pulled is what is there, without what nobody changed of what comes with Tributary.
  const pulled = join(folder, 'lake-pulled.json')
  expect((await tributary(['pull', pulled])).code).toBe(0)
  const text = readFileSync(pulled, 'utf8')
  expect(text).not.toMatch(/of-the-warehouse|of-the-models|default\./)
  const read = JSON.parse(text)
  expect(read.expectations).toHaveLength(4)
  expect(read.models[0].source.settings.password).toEqual({ env: expect.stringMatching(/^[A-Z_]+$/) })
  expect(read.models[0].destination).toBe('Scores')
  expect((await tributary(['plan', pulled])).out).toContain('No differences')

  // One change of each; the passwords are not at hand, and stay.
  const next = aFile('lake-2.json', config({ severity: 'info', query: 'SELECT id, score FROM people' }))
  const changes = await tributary(['plan', next, '--detailed-exitcode'], { CRM_SECRET: SECRET })
  expect(changes.code).toBe(2)
  expect(changes.out).toContain('query: "SELECT id, score FROM customers" → "SELECT id, score FROM people"')
  expect(changes.out).toContain('WAREHOUSE_PASSWORD is not set: the secret that is there stays')
  const again = await tributary(['apply', next, '--yes'], { CRM_SECRET: SECRET })
  expect([again.err, again.code]).toEqual(['', 0])
  const after = (await api('GET', `/models/${scores.id}`)).body
  expect(after).toMatchObject({
    query: 'SELECT id, score FROM people',
    source: { settings: { password: { last4: expect.any(String) } } },
  })

  // A default that goes from the file comes back as it was; a model that names nothing is told before anything is done.
  const less = aFile('lake-3.json', { expectations: [], syncs: [], models: [] })
  expect((await tributary(['apply', less, '--yes', '--prune'])).code).toBe(0)
  const left = (await api('GET', '/quality/expectations')).body.expectations
  expect(left.filter((one: { updatedAt: string | null }) => one.updatedAt !== null)).toEqual([])
  expect([(await api('GET', '/models')).body.models, (await api('GET', '/syncs')).body.syncs]).toEqual([[], []])
  const model = { ...config().models[0], destination: 'Nobody' }
  const wrong = await tributary(['plan', aFile('lake-4.json', { models: [model] })], env)
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('there is no Nobody in destinations')])
  const open = {
    ...model,
    destination: 'Scores',
    source: { type: 'postgres', settings: { host: 'x.example', password: 'written out' } },
  }
  expect((await tributary(['plan', aFile('lake-5.json', { models: [open] })], env)).err).toContain('is a secret')
}, 180_000)
