import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { readGold } from '../../platform/lake-gold.ts'
import { readRoot } from '../../platform/lake-manifest.ts'
import { beginCompaction } from '../../queues/compact-lake.ts'
import type { GoldTable } from '../../shared/lake/columns.ts'
import { WAITING_KEY } from '../../shared/lake/lake-key.ts'
import { anApi } from '../../test/support/api.ts'
import { apiClient } from '../../test/support/api-client.ts'
import { runJobs } from '../../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, ledgerOf, profileOf, type TestWorkspace } from '../../test/support/workspace.ts'

async function gold(ws: TestWorkspace, table: GoldTable) {
  const { value: root } = await readRoot(env.LAKE, ws.id)
  return readGold(env.LAKE, table, root.gold?.tables[table] ?? [])
}

/** Effects reach the archive behind the answer. */
async function told(ws: TestWorkspace, type: string) {
  for (let tries = 0; tries < 400; tries++) {
    for (const line of (await ledgerOf(ws, 'effects')).values()) if (line['type'] === type) return
    await new Promise((resume) => setTimeout(resume, 25))
  }
  throw new Error(`no ${type} was told`)
}

test('the lake of a workspace says what is in it, and what is not in it yet', async () => {
  const ws = await aWorkspace()
  const other = await aWorkspace()
  const api = await apiClient(ws)
  expect((await api('GET', '/lake')).body).toMatchObject({ generation: 0, goldAt: null, tables: [], days: [] })
  await deliver([
    aMessage(ws, [{ type: 'track', event: 'Click', userId: 'u' }]),
    aMessage(other, [{ type: 'track', event: 'Click', userId: 'u' }]),
  ])
  expect((await api('GET', '/lake')).body.waiting).toMatchObject({ events: 1, exact: true })
  const { status, body } = await api('POST', '/lake/compact')
  expect(status).toBe(202)
  expect((await api('POST', '/lake/compact')).body).toEqual(body)
  await runJobs(ws)
  const after = (await api('GET', '/lake')).body
  expect(after.waiting).toEqual({ events: 0, since: null, lagMs: 0, exact: true })
  const tables = Object.fromEntries(after.tables.map((one: { table: string; rows: number }) => [one.table, one.rows]))
  expect(tables).toMatchObject({ events: 1, profiles: 1, identifiers: 1, daily_activity: 1, sessions: 1 })
  expect((await api('GET', `/jobs/${body.jobId}`)).body).toMatchObject({ state: 'done', result: { gold: true } })
})

test('gold is about people as they are now: traits, identifiers, memberships with their history, activity', async () => {
  const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
  const at = (minute: number) => new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString()
  const identify = (plan: string, minute: number) => ({
    type: 'identify',
    userId: 'u',
    traits: { plan, email: 'A@b.example' },
    timestamp: at(minute),
  })
  await deliver([
    aMessage(ws, [identify('pro', 0), { type: 'track', event: 'Click', anonymousId: 'a', timestamp: at(1) }]),
  ])
  await deliver([aMessage(ws, [identify('free', 2)])])
  await deliver([aMessage(ws, [identify('pro', 3)])])
  await deliver([
    aMessage(ws, [
      { type: 'track', event: 'Buy', userId: 'u', anonymousId: 'a', timestamp: at(20) },
      { type: 'page', userId: 'u', timestamp: at(55) },
    ]),
  ])
  const person = await profileOf(ws, 'user_id', 'u')
  await told(ws, 'profile.merged')
  await told(ws, 'track')
  const api = await apiClient(ws)
  await api('POST', '/lake/compact')
  await runJobs(ws)
  expect(await gold(ws, 'merges')).toMatchObject([{ canonical_id: person.id }])
  const members = (await gold(ws, 'segment_members')).map(({ segment, canonical_id, exited_at }) => [
    segment,
    canonical_id,
    exited_at,
  ])
  expect(members.filter(([, , exited]) => exited === null)).toEqual([['pro', person.id, null]])
  const [profile] = await gold(ws, 'profiles')
  expect(profile).toMatchObject({
    canonical_id: person.id,
    identifiers: { user_id: ['u'], email: ['A@b.example'], anonymous_id: ['a'] },
    traits: { plan: 'pro' },
    event_count: 3,
    first_seen: Date.parse(person.firstSeen),
    last_seen: Date.parse(person.lastSeen),
  })
  expect((await gold(ws, 'daily_activity')).reduce((sum, row) => sum + Number(row['events']), 0)).toBe(3)
  const sessions = (await gold(ws, 'sessions')).filter((row) => row['continued'] === false)
  expect(sessions.map(({ events, first_event, last_event }) => [events, first_event, last_event]).sort()).toEqual([
    [1, '$page', '$page'],
    [2, 'Click', 'Buy'],
  ])
})

test('the lag of compaction stands in the metrics, for the operators alone; rows and held partitions are everybody’s own', async () => {
  const ws = await aWorkspace()
  const other = await aWorkspace()
  const [operator, reader] = [await anApi(ws.id, ['*']), await anApi(other.id, ['metrics:read'])]
  const metric = async (api: typeof operator, name: string) => {
    const { text } = await api.call('GET', '/metrics')
    expect(text).toContain(`# TYPE ${name.replace(/\{.*/, '')} gauge`)
    const found = text.split('\n').find((line) => line.startsWith(`${name} `))
    return found === undefined ? undefined : Number(found.split(' ')[1])
  }
  await deliver([aMessage(ws, [{ type: 'track', event: 'Click', userId: 'u' }])])
  expect(await metric(operator, 'cdp_lake_rows{table="events"}')).toBe(0)
  // The cron looks; it is not due yet, since nothing waits for a minute.
  await beginCompaction(env, Date.now())
  expect(await metric(operator, 'cdp_lake_waiting_objects')).toBeGreaterThan(0)
  // Nobody looked for ten minutes: the lag grows, whatever was noted.
  await env.LAKE.put(WAITING_KEY, JSON.stringify({ v: 1, at: Date.now() - 600_000, since: null, objects: 0 }))
  expect(await metric(operator, 'cdp_lake_lag_seconds')).toBeGreaterThanOrEqual(600)
  expect(await metric(reader, 'cdp_lake_lag_seconds')).toBeUndefined()
  expect(await metric(reader, 'cdp_lake_compaction_failures')).toBeUndefined()
  expect(await metric(operator, 'cdp_lake_compaction_failures')).toBe(0)
  const api = await apiClient(ws)
  await api('POST', '/lake/compact')
  await runJobs(ws)
  expect(await metric(operator, 'cdp_lake_rows{table="events"}')).toBe(1)
  expect(await metric(reader, 'cdp_lake_rows{table="events"}')).toBe(0)
  await beginCompaction(env, Date.now())
  expect(await metric(operator, 'cdp_lake_lag_seconds')).toBe(0)
  const hold = env.DB.prepare(
    `INSERT INTO quality_holds (workspace, id, border, tbl, hour, state, objects, rows, reasons, round, created_at, updated_at)
     VALUES (?, 'hold_silver_events_0', 'silver', 'events', 0, 'held', '[]', 1, '[]', 1, 0, 0)`,
  )
  await hold.bind(ws.id).run()
  expect(await metric(operator, 'cdp_lake_held_partitions')).toBe(1)
  expect(await metric(reader, 'cdp_lake_held_partitions')).toBe(0)
})

test('how much waits was read out of hundreds of objects, seconds of it: the listing says it, also after somebody was erased', async () => {
  const [ws, other] = [await aWorkspace(), await aWorkspace()]
  const read: string[] = []
  const get = (key: string) => {
    if (key.startsWith('bronze/')) read.push(key)
    return env.LAKE.get(key)
  }
  const counting = new Proxy(env.LAKE, {
    get: (bucket, name) => {
      const value = name === 'get' ? get : (Reflect.get(bucket, name) as unknown)
      return typeof value === 'function' ? value.bind(bucket) : value
    },
  })
  const { call } = await anApi(ws.id, ['*'], { ...env, LAKE: counting })
  const waiting = async () => {
    read.length = 0
    return (await call('GET', '/api/v1/lake')).json.waiting
  }
  const track = (userId: string) => ({ type: 'track', event: 'Click', userId })
  const receivedAt = Date.now() - 30_000
  for (const userId of ['ann', 'bea', 'bea'])
    await deliver([aMessage(ws, [track(userId), track('bea')], { receivedAt }), aMessage(other, [track('x')])])
  await deliver([aMessage(other, [track('x')])])
  expect(await waiting()).toMatchObject({ events: 6, exact: true, since: new Date(receivedAt).toISOString() })
  expect(read).toEqual([])
  const api = await apiClient(ws)
  await api('DELETE', '/profiles/user_id:ann')
  for (let tries = 0; tries < 100 && (await waiting()).events !== 5; tries++) await runJobs(ws)
  expect(await waiting()).toMatchObject({ events: 5, exact: true })
  expect(read).toHaveLength(1)
  // A batch that was not acknowledged comes again, mixed with others: its copies may be counted twice.
  const again = aMessage(ws, [track('bea')])
  await deliver([again])
  await deliver([again, aMessage(ws, [track('bea')])], 2)
  expect(await waiting()).toMatchObject({ exact: false })
})
