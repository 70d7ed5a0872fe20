import { expect, test } from 'vitest'
import type { LocalServer } from './local-server.ts'

/**
 * What every source of models owes, whatever its language: rows in the order of their keys, differences alone, values as
 * they are, and reasons that say what is wrong. Run by each against its engine and a Tributary as a person starts it.
 */
export interface ModelEngine {
  readonly type: 'postgres' | 'clickhouse'
  server(): LocalServer
  settings(): Record<string, unknown>
  /** Settings with which nobody gets in. */
  readonly locked: Record<string, unknown>
  /** One that must never be called, and the setting that says so. */
  readonly forbidden: { readonly settings: Record<string, unknown>; readonly path: string }
  exec(sql: string): Promise<unknown>
  /** As if the machine had lost power; back when it answers. */
  crash(): Promise<void>
  readonly says: Dialect
}

/** Of tables `users (id, plan, score)` and `scored (n, who, score, updated_at)`; both are there and empty. */
export interface Dialect {
  /** Rows of `numbers` have a column n, from 1 on. */
  numbers(count: number): string
  text(expression: string): string
  instant(text: string): string
  /** So many microseconds after it. */
  later(instant: string, micros: string): string
  update(table: string, set: string, where: string): string
  remove(table: string, where: string): string
  /** A column that is null in a query without a table. */
  readonly nothing: string
  /** A query that would write, and what the engine says; null where no SELECT can. */
  readonly writing: { readonly query: string; readonly reason: string } | null
  /** Columns of values that are easily told wrong, and what must come of them. */
  readonly values: { readonly columns: string; readonly told: Record<string, unknown> }
  /** A query of many rows that takes its time: column n from 1 on, null where `named` is false. */
  slow(rows: number): string
}

let serial = 0

export function modelsSuite(engine: ModelEngine): void {
  const { type, says } = engine
  const prefix = type.slice(0, 2)

  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
  async function api(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
    const { url, apiToken } = engine.server()
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${apiToken}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }

  async function aModel(changes: object = {}) {
    serial += 1
    const made = await api('POST', '/models', {
      name: `model-${serial}`,
      source: { type, settings: engine.settings() },
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

  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a run
  async function ended(model: string, job: string): Promise<any> {
    for (let tries = 0; tries < 1_200; tries++) {
      const { body } = await api('GET', `/jobs/${job}`)
      if (body.state !== 'queued' && body.state !== 'running')
        return (await api('GET', `/models/${model}/runs`)).body.runs[0]
      await new Promise((resume) => setTimeout(resume, 50))
    }
    throw new Error('the run does not end')
  }

  async function run(id: string, query = '') {
    const { body } = await api('POST', `/models/${id}/run${query}`)
    return ended(id, body.jobId)
  }

  async function profileOf(id: string, until: (profile: Record<string, Record<string, unknown>>) => boolean) {
    for (let tries = 0; ; tries++) {
      const { status, body } = await api('GET', `/profiles/user_id:${encodeURIComponent(id)}`)
      if ((status === 200 && until(body)) || tries > 300) return body
      await new Promise((resume) => setTimeout(resume, 50))
    }
  }

  const id = (name: string) => `${prefix}-${name}`

  test('rows become traits; only differences are told; what is gone takes its traits along', async () => {
    await engine.exec(
      `INSERT INTO users (id, plan, score) SELECT concat('${prefix}-u', ${says.text('n')}), 'free', n FROM ${says.numbers(40)}`,
    )
    const model = await aModel()
    expect(model.source.settings).toMatchObject({ password: { last4: expect.any(String) } })
    const dry = await run(model.id, '?dryRun=1')
    expect(dry).toMatchObject({ dryRun: true, added: 40, rows: 40, samples: { length: 10 } })
    expect(await run(model.id)).toMatchObject({ state: 'done', added: 40, changed: 0, removed: 0, failed: 0 })
    const before = await profileOf(id('u7'), ({ traits }) => traits?.['plan'] === 'free')
    expect(before.traits).toMatchObject({ plan: 'free', score: 7 })
    expect(await run(model.id)).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 40 })
    await engine.exec(says.update('users', "plan = 'pro'", `id IN ('${id('u7')}', '${id('u33')}')`))
    await engine.exec(says.remove('users', `id = '${id('u8')}'`))
    await engine.exec(`INSERT INTO users (id, plan) VALUES ('${id('ü 😀')}', 'new')`)
    expect(await run(model.id)).toMatchObject({ added: 1, changed: 2, removed: 1, unchanged: 37 })
    const pro = await profileOf(id('u7'), ({ traits }) => traits?.['plan'] === 'pro')
    expect(pro.traits).toMatchObject({ plan: 'pro' })
    const gone = await profileOf(id('u8'), ({ traits }) => traits?.['plan'] === undefined)
    expect(gone.traits).not.toHaveProperty('plan')
    // What was said once and comes back is news.
    await engine.exec(says.update('users', "plan = 'free'", `id = '${id('u7')}'`))
    expect(await run(model.id)).toMatchObject({ changed: 1 })
    const back = await profileOf(id('u7'), ({ traits }) => traits?.['plan'] === 'free')
    expect(back.traits).toMatchObject({ plan: 'free' })
    expect((await api('DELETE', `/models/${model.id}`)).status).toBe(204)
    expect((await api('GET', `/models/${model.id}/runs`)).status).toBe(404)
  }, 180_000)

  test('with a cursor only what changed is read; rows that name nobody are told apart by why', async () => {
    const at = says.instant('2026-01-01 00:00:00')
    await engine.exec(
      `INSERT INTO scored (n, who, score, updated_at)
       SELECT n, CASE WHEN n = 2 THEN NULL ELSE concat('${prefix}-s', ${says.text('n')}) END, n, ${says.later(at, 'n')}
       FROM ${says.numbers(5)}`,
    )
    await engine.exec(`INSERT INTO scored (n, who, score, updated_at) SELECT ${says.nothing}, 's0', 0, ${at}`)
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
    await engine.exec(says.update('scored', `score = 30, updated_at = ${says.instant('2026-02-01 00:00:00')}`, 'n = 3'))
    // The newest row of before is read again, and is the same.
    expect(await run(model.id)).toMatchObject({ added: 0, changed: 1, unchanged: 1, rows: 2 })
    expect(await run(model.id)).toMatchObject({ added: 0, changed: 0, unchanged: 1, rows: 1 })
    const scored = await profileOf(id('s3'), ({ eventCounts }) => eventCounts?.['Scored'] === 2)
    expect(scored.eventCounts).toMatchObject({ Scored: 2 })
    const events = await api('GET', `/profiles/user_id:${id('s1')}/events`)
    expect(events.body.events[0]).toMatchObject({ timestamp: '2026-01-01T00:00:00.000Z', properties: { points: 1 } })
  }, 120_000)

  test('a number is a number, a list a list, a time ISO 8601, and a text keeps every character', async () => {
    const { columns, told } = says.values
    const model = await aModel({ query: `SELECT '${id('values')}' AS id, ${columns}` })
    const dry = await run(model.id, '?dryRun=1')
    expect([dry.state, dry.failed, dry.reason]).toEqual(['done', 0, null])
    expect(dry.samples[0].item.traits).toEqual(told)
  }, 60_000)

  test('keys are read in the order of their bytes, whatever is in them', async () => {
    const keys = ['a', 'B', 'Z', '_', 'ä', 'é', '10', '9', ' ', '%', 'a b', '😀', 'ﬀ', 'tab\t', 'new\nline', "it''s"]
    const query = keys.map((key) => `SELECT '${id('k')}${key}' AS id, 1 AS plan`).join('\nUNION ALL ')
    const model = await aModel({ query })
    expect(await run(model.id)).toMatchObject({ state: 'done', added: keys.length, failed: 0 })
    expect(await run(model.id)).toMatchObject({ state: 'done', added: 0, removed: 0, unchanged: keys.length })
  }, 60_000)

  test('a key that does not tell rows apart, a query that is wrong or writes, and too many rows fail the run and say so', async () => {
    const twice = await aModel({ query: "SELECT 'a' AS id, 1 AS plan UNION ALL SELECT 'a', 2" })
    expect(await run(twice.id)).toMatchObject({ state: 'failed', reason: 'id does not tell rows apart' })
    const wrong = await aModel({ query: 'SELECT id, nope FROM users' })
    expect(await run(wrong.id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('nope') })
    const many = await aModel({ query: `SELECT n AS id FROM ${says.numbers(11)}`, maxRows: 10 })
    expect((await run(many.id)).reason).toContain('the model takes 10')
    if (says.writing) {
      const writes = await aModel({ query: says.writing.query })
      expect((await run(writes.id)).reason).toContain(says.writing.reason)
    }
    const locked = await aModel({ source: { type, settings: { ...engine.settings(), ...engine.locked } } })
    expect(await run(locked.id)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/authentication|role/i),
    })
    const refused = await api('POST', '/models', {
      name: 'x',
      source: { type, settings: { ...engine.settings(), ...engine.forbidden.settings } },
      query: 'SELECT 1',
      primaryKey: 'id',
      map: { userId: 'id' },
      mode: 'identify',
    })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, engine.forbidden.path])
  }, 120_000)

  test('five thousand rows are read in pages, and a server that dies meanwhile is asked again', async () => {
    // Most of them name nobody, so that reading is what takes time.
    const model = await aModel({
      map: { userId: 'who', event: 'Seen' },
      mode: 'track',
      onRemoved: 'ignore',
      query: `SELECT n AS id, CASE WHEN n % 500 = 0 THEN '${id('crash')}' END AS who FROM ${says.slow(5_000)}`,
    })
    const { body } = await api('POST', `/models/${model.id}/run`)
    for (let tries = 0; tries < 200; tries++) {
      const { body: job } = await api('GET', `/jobs/${body.jobId}`)
      if (job.state !== 'queued') break
      await new Promise((resume) => setTimeout(resume, 50))
    }
    await engine.crash()
    const last = await ended(model.id, body.jobId)
    expect(last).toMatchObject({ state: 'done', added: 10, rows: 5_000, failed: 4_990 })
    expect(await run(model.id)).toMatchObject({ added: 0, unchanged: 10 })
    const seen = await profileOf(id('crash'), ({ eventCounts }) => eventCounts?.['Seen'] === 10)
    expect(seen.eventCounts).toMatchObject({ Seen: 10 })
  }, 180_000)
}
