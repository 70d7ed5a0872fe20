import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { NO_POSTGRES, type PostgresServer, startPostgres } from '../support/postgres.ts'

/** A person's whole way into a warehouse, as a data engineer would see it: the Worker in workerd, the server a real one. */
describe.skipIf(NO_POSTGRES)(`a warehouse of one's own${NO_POSTGRES ? `: ${NO_POSTGRES}` : ''}`, () => {
  let server: LocalServer
  let postgres: PostgresServer

  beforeAll(async () => {
    ;[server, postgres] = await Promise.all([startLocalServer(), startPostgres()])
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    await postgres?.stop()
  })

  async function cli(...args: string[]): Promise<string> {
    const env = { ...process.env, TRIBUTARY_STATE: server.state }
    return (await promisify(execFile)(process.execPath, ['scripts/tributary.mjs', ...args], { env })).stdout
  }

  async function call(method: string, path: string, body?: object) {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${server.apiToken}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply
    return (await response.json().catch(() => null)) as any
  }

  async function send(...batch: object[]) {
    const response = await fetch(`${server.url}/v1/batch`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${server.writeKey}:`)}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ batch }),
    })
    expect(response.status).toBe(200)
  }

  async function finished(jobId: string) {
    for (let tries = 0; tries < 400; tries++) {
      const job = await call('GET', `/jobs/${jobId}`)
      if (job.state === 'done') return job
      if (job.state === 'failed') throw new Error(job.reason)
      await new Promise((resume) => setTimeout(resume, 100))
    }
    throw new Error(`${jobId} does not end`)
  }

  const run = async (id: string) => {
    await finished((await call('POST', '/lake/compact')).jobId)
    return finished((await call('POST', `/syncs/${id}/run`, {})).jobId)
  }

  test('what was sent is there, one row each, and is gone when the person is erased', async () => {
    const made = await call('POST', '/syncs', {
      type: 'postgres',
      name: 'Warehouse',
      schedule: 'daily',
      settings: {
        host: '127.0.0.1',
        port: postgres.port,
        database: 'postgres',
        user: postgres.user,
        password: postgres.password,
        tls: 'off',
      },
    })
    await send(
      { type: 'identify', userId: 'ann', messageId: 'a1', traits: { email: 'ann@example.com', plan: 'vip' } },
      { type: 'track', userId: 'ann', event: 'Order Completed', messageId: 'a2', properties: { revenue: 12.5 } },
      { type: 'track', userId: 'bob', event: 'Order Completed', messageId: 'b1' },
    )
    for (let tries = 0; tries < 60; tries++) {
      await run(made.id)
      const [row] = await postgres.query('SELECT count(*)::int AS n FROM tributary.events')
      if (row?.['n'] === 3) break
      await new Promise((resume) => setTimeout(resume, 250))
    }
    expect(
      await postgres.query(
        `SELECT e.message_id, (e.properties->>'revenue')::float AS revenue, p.traits->>'plan' AS plan
         FROM tributary.events e JOIN tributary.profiles p USING (canonical_id) ORDER BY 1`,
      ),
    ).toEqual([
      { message_id: 'a1', revenue: null, plan: 'vip' },
      { message_id: 'a2', revenue: 12.5, plan: 'vip' },
      { message_id: 'b1', revenue: null, plan: null },
    ])
    const verified = await finished((await call('POST', `/syncs/${made.id}/verify`)).jobId)
    expect(verified.result).toMatchObject({ ok: true })
    const { status } = await call('GET', `/syncs/${made.id}`)
    expect(status).toMatchObject({ state: 'idle', verified: { ok: true } })
    expect(await cli('sync', 'list')).toMatch(/^Warehouse \(postgres, syn_\w+\): idle, \d+ s behind, \d+ rows at /)
    expect(await cli('sync', 'run', 'Warehouse')).toContain('done: rows ')
    expect(await cli('sync', 'verify', 'Warehouse')).toContain('events: lake 3, warehouse 3')
    await call('DELETE', '/profiles/user_id:ann')
    await run(made.id)
    expect(await postgres.query('SELECT message_id FROM tributary.events')).toEqual([{ message_id: 'b1' }])
    for (const table of ['profiles', 'identifiers', 'consents', 'sessions', 'daily_activity']) {
      const rows = await postgres.query(`SELECT * FROM tributary.${table}`)
      expect([table, JSON.stringify(rows)]).not.toEqual([table, expect.stringContaining('ann')])
    }
  }, 120_000)
})
