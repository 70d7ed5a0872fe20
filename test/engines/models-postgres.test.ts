import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { NO_POSTGRES, type PostgresServer, startPostgres } from '../support/postgres.ts'

/** Models over a real PostgreSQL, run by a Tributary that was started as a person starts it. */
let server: LocalServer
let database: PostgresServer

beforeAll(async () => {
  if (NO_POSTGRES) return
  ;[server, database] = await Promise.all([startLocalServer(), startPostgres()])
  await database.query(
    'CREATE TABLE users (id text PRIMARY KEY, plan text, score numeric, updated_at timestamptz DEFAULT now())',
  )
}, 90_000)
afterAll(async () => {
  await server?.stop()
  await database?.stop()
}, 60_000)

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
async function api(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${server.apiToken}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

const settings = () => ({
  host: '127.0.0.1',
  port: database.port,
  database: 'postgres',
  user: database.user,
  password: database.password,
  tls: 'off',
})

async function aModel(changes: object = {}) {
  const made = await api('POST', '/models', {
    name: `users-${Math.random().toString(36).slice(2)}`,
    source: { type: 'postgres', settings: settings() },
    query: 'SELECT id, plan, score FROM users -- all of them',
    primaryKey: 'id',
    map: { userId: 'id' },
    mode: 'identify',
    onRemoved: 'null_traits',
    ...changes,
  })
  expect([made.status, made.body.detail]).toEqual([201, undefined])
  return made.body
}

async function run(id: string, query = '') {
  const { body } = await api('POST', `/models/${id}/run${query}`)
  for (let tries = 0; tries < 300; tries++) {
    const { body: job } = await api('GET', `/jobs/${body.jobId}`)
    if (job.state !== 'queued' && job.state !== 'running') return (await api('GET', `/models/${id}/runs`)).body.runs[0]
    await new Promise((resume) => setTimeout(resume, 100))
  }
  throw new Error('the run does not end')
}

async function traitsOf(id: string, until: (traits: Record<string, unknown>) => boolean) {
  for (let tries = 0; ; tries++) {
    const { body } = await api('GET', `/profiles/user_id:${id}`)
    if ((body.traits && until(body.traits)) || tries > 100) return body.traits
    await new Promise((resume) => setTimeout(resume, 100))
  }
}

describe.skipIf(NO_POSTGRES)('models over PostgreSQL', () => {
  test('rows become traits; only differences are told; what is gone takes its traits along', async () => {
    await database.query(
      "INSERT INTO users SELECT 'u' || n, 'free', n FROM generate_series(1, 40) n ON CONFLICT DO NOTHING",
    )
    const model = await aModel()
    expect(model.source.settings).toMatchObject({ password: { last4: expect.any(String) } })
    expect(await run(model.id, '?dryRun=1')).toMatchObject({
      dryRun: true,
      added: 40,
      rows: 40,
      samples: { length: 10 },
    })
    expect(await run(model.id)).toMatchObject({ state: 'done', added: 40, changed: 0, removed: 0, failed: 0 })
    expect(await traitsOf('u7', ({ plan }) => plan === 'free')).toMatchObject({ plan: 'free', score: 7 })
    expect(await run(model.id)).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 40 })
    await database.query("UPDATE users SET plan = 'pro' WHERE id IN ('u7', 'u33')")
    await database.query("DELETE FROM users WHERE id = 'u8'")
    await database.query("INSERT INTO users (id, plan) VALUES ('ü 😀', 'new')")
    expect(await run(model.id)).toMatchObject({ added: 1, changed: 2, removed: 1, unchanged: 37 })
    expect(await traitsOf('u7', ({ plan }) => plan === 'pro')).toMatchObject({ plan: 'pro' })
    expect(await traitsOf('u8', ({ plan }) => plan === undefined)).not.toHaveProperty('plan')
    // What was said once and comes back is news.
    await database.query("UPDATE users SET plan = 'free' WHERE id = 'u7'")
    expect(await run(model.id)).toMatchObject({ changed: 1 })
    expect(await traitsOf('u7', ({ plan }) => plan === 'free')).toMatchObject({ plan: 'free' })
    expect((await api('DELETE', `/models/${model.id}`)).status).toBe(204)
    expect((await api('GET', `/models/${model.id}/runs`)).status).toBe(404)
  }, 120_000)

  test('with a cursor only what changed is read; rows that name nobody are told apart by why', async () => {
    await database.query('CREATE TABLE scored (n int, who text, score int, updated_at timestamptz)')
    await database.query(
      "INSERT INTO scored SELECT n, CASE WHEN n = 2 THEN NULL ELSE 's' || n END, n, '2026-01-01'::timestamptz + n * interval '1 microsecond' FROM generate_series(1, 5) n",
    )
    await database.query("INSERT INTO scored VALUES (NULL, 's0', 0, '2026-01-01')")
    const model = await aModel({
      query: 'SELECT * FROM scored',
      primaryKey: 'n',
      cursor: 'updated_at',
      map: { userId: 'who', event: 'Scored', properties: { points: 'score' }, timestamp: 'updated_at' },
      mode: 'track',
      onRemoved: 'ignore',
    })
    expect(await run(model.id)).toMatchObject({
      added: 4,
      failed: 2,
      reasons: { 'n is null': 1, 'it names nobody: its ids are null': 1 },
      failures: [{ key: '2' }],
    })
    await database.query("UPDATE scored SET score = 30, updated_at = '2026-02-01' WHERE n = 3")
    // The newest row of before is read again, and is the same.
    expect(await run(model.id)).toMatchObject({ added: 0, changed: 1, unchanged: 1, rows: 2 })
  }, 60_000)

  test('a key that does not tell rows apart, a query that is wrong, and too many rows fail the run and say so', async () => {
    const twice = await aModel({ query: "SELECT 'a' AS id, 1 AS plan UNION ALL SELECT 'a', 2" })
    expect(await run(twice.id)).toMatchObject({ state: 'failed', reason: 'id does not tell rows apart' })
    const wrong = await aModel({ query: 'SELECT id, nope FROM users' })
    expect(await run(wrong.id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('nope') })
    const many = await aModel({ query: 'SELECT id FROM users', maxRows: 10 })
    expect((await run(many.id)).reason).toContain('the model takes 10')
    const writes = await aModel({ query: "SELECT 'a' AS id, setval('seq', 1) AS plan" })
    await database.query('CREATE SEQUENCE seq')
    expect((await run(writes.id)).reason).toContain('read-only')
    const refused = await api('POST', '/models', {
      name: 'x',
      source: { type: 'postgres', settings: { ...settings(), host: '10.0.0.1' } },
      query: 'SELECT 1',
      primaryKey: 'id',
      map: { userId: 'id' },
      mode: 'identify',
    })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'source.settings.host'])
  }, 60_000)

  test('a million rows would be read in pages: five thousand are, and a server that dies meanwhile is asked again', async () => {
    // Most of them name nobody, so that reading is what takes time.
    const model = await aModel({
      map: { userId: 'who', event: 'Seen' },
      mode: 'track',
      onRemoved: 'ignore',
      query:
        "SELECT n AS id, CASE WHEN n % 500 = 0 THEN 'crash' END AS who FROM generate_series(1, 5000) n, pg_sleep(0.2)",
    })
    const { body } = await api('POST', `/models/${model.id}/run`)
    await new Promise((resume) => setTimeout(resume, 1_000))
    await database.crash()
    for (let tries = 0; tries < 600; tries++) {
      const { body: job } = await api('GET', `/jobs/${body.jobId}`)
      if (job.state === 'done') break
      expect(job.state).not.toBe('failed')
      await new Promise((resume) => setTimeout(resume, 100))
    }
    const [last] = (await api('GET', `/models/${model.id}/runs`)).body.runs
    expect(last).toMatchObject({ state: 'done', added: 10, rows: 5_000, failed: 4_990 })
    expect(await run(model.id)).toMatchObject({ added: 0, unchanged: 10 })
    const counted = async () => (await api('GET', '/profiles/user_id:crash')).body.eventCounts?.['Seen']
    for (let tries = 0; (await counted()) !== 10 && tries < 100; tries++)
      await new Promise((resume) => setTimeout(resume, 100))
    expect(await counted()).toBe(10)
  }, 120_000)
})
