import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readParquet, writeParquet } from '../../platform/lake-parquet.ts'
import { CliError } from '../../scripts/cli/command.ts'
import { run } from '../../scripts/cli/main.ts'
import { SILVER } from '../../shared/lake/columns.ts'
import { type LocalLake, localLake } from '../support/local-lake.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** SQL over the lake and what looks after it, as a person runs them, against a server started as a person starts it. */
let server: LocalServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-lake-'))
  server = await startLocalServer()
}, 90_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly lines: readonly string[]
}

const endedOf = (code: number, out: string, err: string): Ended => ({
  code,
  out,
  err,
  lines: out.trimEnd().split('\n'),
})

/** In this process, which is quicker than one for each command. */
async function tributary(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  let out = ''
  const surroundings = {
    env: { TRIBUTARY_STATE: server.state, ...env },
    out: { write: (text: string) => (out += text) },
  }
  try {
    return endedOf(await run(args, surroundings), out, '')
  } catch (error) {
    if (error instanceof CliError) return endedOf(error.exitCode, out, error.message)
    throw error
  }
}

/** As a person runs it, in a process of its own. */
async function spawned(args: readonly string[], input: string): Promise<Ended> {
  const child = spawn(process.execPath, [join(process.cwd(), 'scripts/tributary.mjs'), ...args], {
    cwd: folder,
    env: { ...process.env, TRIBUTARY_STATE: server.state },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  child.stdin.end(input)
  const [code] = await once(child, 'exit')
  return endedOf(code as number, out, err)
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a row, and nothing else has to
async function rows(sql: string, ...options: string[]): Promise<any[]> {
  const { code, out, err } = await tributary(['sql', sql, '--json', ...options])
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}

// biome-ignore lint/suspicious/noExplicitAny: as above
async function api(method: string, path: string, body?: object, token = server.apiToken): Promise<any> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

async function send(batch: readonly object[], writeKey = server.writeKey): Promise<void> {
  const headers = { Authorization: `Basic ${btoa(`${writeKey}:`)}`, 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ batch }) })
  expect(answer.status).toBe(200)
}

async function until<T>(value: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const got = await value()
    if (isRight(got)) return got
    if (tries > 40) throw new Error(`it stays ${JSON.stringify(got)?.slice(0, 500)}`)
    await sleep(250)
  }
}

const counted = async () => (await rows('select count(*) as n from events'))[0].n

const VIEWS: Readonly<Record<string, readonly string[]>> = {
  events: [
    'message_id VARCHAR',
    'source VARCHAR',
    'type VARCHAR',
    'name VARCHAR',
    'timestamp TIMESTAMP WITH TIME ZONE',
    'received_at TIMESTAMP WITH TIME ZONE',
    'canonical_id VARCHAR',
    'user_id VARCHAR',
    'anonymous_id VARCHAR',
    'properties JSON',
    'traits JSON',
    'context JSON',
    'late BOOLEAN',
  ],
  profiles: [
    'canonical_id VARCHAR',
    'identifiers JSON',
    'traits JSON',
    'computed_traits JSON',
    'first_seen TIMESTAMP WITH TIME ZONE',
    'last_seen TIMESTAMP WITH TIME ZONE',
    'event_count BIGINT',
  ],
  segment_members: [
    'segment VARCHAR',
    'canonical_id VARCHAR',
    'entered_at TIMESTAMP WITH TIME ZONE',
    'exited_at TIMESTAMP WITH TIME ZONE',
  ],
}

/** Several traits of people, of two devices, one message twice, one that is rejected, one that is late. */
const BATCH = [
  { type: 'identify', userId: 'u1', traits: { plan: 'pro', email: 'a@b.example' }, messageId: 'm0' },
  { type: 'track', event: 'Order Placed', userId: 'u1', properties: { total: 5 }, messageId: 'm1' },
  { type: 'track', event: 'Order Placed', userId: 'u2', properties: { total: 'five' }, messageId: 'm2' },
  { type: 'page', name: 'Home', anonymousId: 'a1', messageId: 'm3' },
  { type: 'identify', userId: 'u1', anonymousId: 'a1', messageId: 'm4' },
  { type: 'track', event: 'Order Placed', userId: 'u2', properties: { total: 'five' }, messageId: 'm2' },
  { type: 'track', userId: 'u2', messageId: 'm5' },
]

describe('the embedded engine', () => {
  test('an empty lake has all views, without rows and with the right types', async () => {
    for (const [view, columns] of Object.entries(VIEWS)) {
      const described = await rows(`select column_name, column_type from (describe ${view})`)
      const found = described.map(({ column_name, column_type }) => `${column_name} ${column_type}`)
      expect(found.slice(0, columns.length)).toEqual(columns)
      expect(await rows(`from ${view}`)).toEqual([])
    }
    expect((await tributary(['sql', 'from events', '--json'])).out).toBe('[]\n')
    expect((await tributary(['sql', 'select count(*) from sessions'])).out).toContain('(1 row)')
  })

  test('what has just arrived is there, once, and belongs to whom it belongs now', async () => {
    await send(BATCH)
    await until(counted, (n) => n === 5)
    const events = await rows('select message_id, canonical_id, timestamp, properties from events order by 1')
    expect(events.map(({ message_id }) => message_id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
    expect(events[1].properties).toEqual({ total: 5 })
    expect(events[1].timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    // The visit of the device is the customer's, once the merge has been told: both are one person.
    await until(
      () => rows("select count(distinct canonical_id) as n from events where message_id in ('m1', 'm3')"),
      ([found]) => found.n === 1,
    )
    const people = await until(
      () => rows('select identifiers, traits, event_count from profiles order by event_count desc'),
      (found) => found.length === 2 && found[0].event_count === 2,
    )
    expect(people[0]).toEqual({
      identifiers: { user_id: ['u1'], email: ['a@b.example'], anonymous_id: ['a1'] },
      traits: { plan: 'pro', email: 'a@b.example' },
      event_count: 2,
    })
    const members = await until(
      () => rows("select segment, canonical_id, exited_at from segment_members where segment = 'pro_plan'"),
      (found) => found.length === 1,
    )
    expect(members[0]).toEqual({ segment: 'pro_plan', canonical_id: events[1].canonical_id, exited_at: null })
  })

  test('tables, JSON and CSV; statements of a file and of standard input', async () => {
    const table = await tributary(['sql', "select name, count(*) as n from events where type = 'track' group by 1"])
    expect(table.lines).toEqual(['name          n', '────────────  ─', 'Order Placed  2', '(1 row)'])
    writeFileSync(join(folder, 'q.sql'), 'select 1;\nselect 2 as two')
    expect(JSON.parse((await tributary(['sql', '-f', join(folder, 'q.sql'), '--json'])).out)).toEqual([{ two: 2 }])
    const csv = await spawned(['sql', '--csv'], "select '=1+1' as a, -5 as b, 'x,\"y' as c, null as d")
    expect(csv.out).toBe('a,b,c,d\r\n\'=1+1,-5,"x,""y",\r\n')
    const limited = await tributary(['sql', 'from range(5)', '--limit', '2'])
    expect(limited.lines.at(-1)).toBe('(the first 2 rows; there are more: --limit N)')
    expect((await rows('from range(100000)')).length).toBe(100_000)
    expect((await tributary(['sql', 'from range(1000)'])).lines.at(-1)).toContain('the first 200 rows')
    expect((await tributary(['sql', 'from events', '--explain'])).out).toContain('READ_PARQUET')
  })

  test('values keep what they are: large integers, decimals, nested JSON, times before 1970', async () => {
    const sql = `select 9007199254740993 as big, 1.50::decimal(9, 2) as money, [1, 2] as list,
      {'a': '{"b":1}'::json} as struct, map {'k': 'v'} as map, timestamptz '1969-12-31 23:59:59.5Z' as before,
      timestamptz 'infinity' as never, 'nan'::double as nan, date '2026-02-03' as day`
    const { out } = await tributary(['sql', sql, '--json'])
    expect(out).toContain('"big":9007199254740993,"money":1.50')
    expect(JSON.parse(out)[0]).toMatchObject({
      list: [1, 2],
      struct: { a: { b: 1 } },
      map: { k: 'v' },
      before: '1969-12-31T23:59:59.500Z',
      never: 'infinity',
      nan: null,
      day: '2026-02-03',
    })
  })

  test('mistakes are said with their place, and nothing is read or written that is not the lake', async () => {
    const wrong = await tributary(['sql', 'select nme\nfrom events'])
    expect([wrong.code, wrong.out]).toEqual([1, ''])
    expect(wrong.err).toContain('Referenced column "nme" not found')
    expect(wrong.err).toContain('LINE 1')
    expect((await tributary(['sql', 'selec 1'])).err).toContain('syntax error at or near "selec"')
    expect((await tributary(['sql', 'from evnts'])).err).toContain('Did you mean "events"')
    const refused = [
      "select * from read_text('/etc/passwd')",
      "select * from read_csv('/etc/passwd')",
      "copy (select 1) to '/tmp/of-the-lake.csv'",
      "explain analyze copy (select 1) to '/tmp/of-the-lake.csv'",
      "attach '/tmp/of-the-lake.db'",
      'drop view events',
      'create table t as select 1',
      'set enable_external_access = true',
      'install httpfs',
      `select * from '${join(server.state, 'dev.json')}'`,
    ].map(async (sql) => expect([sql, (await tributary(['sql', sql])).code]).toEqual([sql, 1]))
    await Promise.all(refused)
    expect((await tributary(['sql', "select * from read_text('/etc/hostname')", '--unsafe'])).code).toBe(0)
    expect((await spawned(['sql'], '')).code).toBe(2)
    expect((await tributary(['sql', 'select 1', '--workspace', 'other'])).err).toContain('of the workspace default')
    expect((await tributary(['sql', "from query_table('ev' || 'ents')"])).err).toContain('write its name out')
  })

  test('objects with dots, quotes and a thousand keys, types that change, times before 1970', async () => {
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`column ${i}`, i]))
    await send([
      { type: 'track', event: 'Odd', userId: 'o', properties: { 'a.b': 1, 'q"x': 2, "it's": 3 }, messageId: 'odd-1' },
      { type: 'track', event: 'Odd', userId: 'o', properties: { 'a.b': 'one' }, messageId: 'odd-2' },
      { type: 'track', event: 'Odd', userId: 'o', properties: { 'a.b': { c: [] } }, messageId: 'odd-3' },
      { type: 'track', event: 'Odd', userId: 'o', properties: wide, messageId: 'odd-4' },
      { type: 'track', event: 'Odd', userId: 'o', timestamp: '1955-11-05T06:00:00Z', messageId: 'odd-5' },
      { type: 'track', event: "'); drop view events; --", userId: 'o', messageId: 'odd-6' },
    ])
    await until(counted, (n) => n === 11)
    const found = await rows(
      `select message_id, properties->>'$."a.b"' as dotted, properties->>'q"x' as quoted, properties->>'it''s' as mark,
       len(json_keys(properties)) as keys, original_timestamp from events where user_id = 'o' order by 1`,
    )
    expect(found.map(({ dotted }) => dotted)).toEqual(['1', 'one', '{"c":[]}', null, null, null])
    expect(found[0]).toMatchObject({ quoted: '2', mark: '3' })
    expect(found[3].keys).toBe(1_000)
    expect(found[4].original_timestamp).toBe('1955-11-05T06:00:00Z')
  })
})

describe('compaction changes nothing that is seen', () => {
  const SEEN = [
    'select * exclude (late) from events order by message_id',
    'select * from identifiers order by all',
    'select segment, canonical_id, exited_at from segment_members order by all',
    'select * from sessions order by all',
    'select * from daily_activity order by all',
    'select * from merges order by all',
  ]

  test('before and after it, the same rows; and gold holds what the views show', async () => {
    // ENTER comes when the window has passed.
    const powerful = () => rows("from segment_members where segment = 'power_user'")
    await until(powerful, (found) => found.length === 1)
    const before = await Promise.all(SEEN.map((sql) => rows(sql)))
    const compacted = await tributary(['lake', 'compact'])
    expect(compacted.out).toMatch(/compact-lake job_\w+ done/)
    expect(compacted.code).toBe(0)
    expect(await Promise.all(SEEN.map((sql) => rows(sql)))).toEqual(before)
    const [status] = [JSON.parse((await tributary(['lake', 'status', '--json'])).out)]
    expect(status.waiting.events).toBe(0)
    expect((await tributary(['lake', 'status'])).out).toMatch(/silver\s+events\s+11 rows/)
    const lake = localLake(server.state)
    const gold = async (table: string, columns: string) => {
      const [key = ''] = lake.keys(`gold/${table}/ws=default/`)
      writeFileSync(join(folder, 'gold.parquet'), lake.read(key))
      return rows(`select ${columns} from '${join(folder, 'gold.parquet')}' order by all`, '--unsafe')
    }
    const session = 'canonical_id, started_at, ended_at, events, first_event, last_event'
    expect(await gold('sessions', session)).toEqual(await rows(`select ${session} from sessions order by all`))
    const activity = 'day, canonical_id, events'
    expect(await gold('daily_activity', activity)).toEqual(
      await rows(`select ${activity} from daily_activity order by all`),
    )
  })

  test('what was fetched once is not fetched again, and what was replaced is not kept', async () => {
    await rows('select count(*) from events')
    const cache = join(server.state, 'lake-cache')
    const files = () => readdirSync(cache).flatMap((name) => readdirSync(join(cache, name)))
    const kept = files()
    expect(kept.length).toBeGreaterThan(0)
    await rows('select count(*) from events')
    expect(files()).toEqual(kept)
    await rows('select count(*) from events', '--no-cache')
    expect(files()).toEqual(kept)
  })
})

describe('workspaces', () => {
  test('nobody sees or fetches what is of another workspace', async () => {
    const { body: other } = await api('POST', '/workspaces', { id: 'other', name: 'Other' })
    await send([{ type: 'track', event: 'Theirs', userId: 'x', messageId: 'theirs' }], other.writeKey)
    const remote = {
      TRIBUTARY_STATE: folder,
      TRIBUTARY_URL: server.url,
      TRIBUTARY_TOKEN: other.apiToken,
      XDG_CACHE_HOME: folder,
    }
    const theirs = async () =>
      JSON.parse((await tributary(['sql', 'select message_id from events', '--json'], remote)).out)
    expect(await until(theirs, (found) => found.length > 0)).toEqual([{ message_id: 'theirs' }])
    expect(await rows("select * from events where message_id = 'theirs'")).toEqual([])
    const lake = localLake(server.state)
    for (const key of [...lake.keys('silver/'), ...lake.keys('gold/'), ...lake.keys('lake/')]) {
      const { status } = await api('GET', `/lake/files/${encodeURIComponent(key)}`, undefined, other.apiToken)
      expect([key, status]).toEqual([key, key.includes('ws=other') ? 200 : 404])
    }
    const { body: manifest } = await api('GET', '/lake/manifest', undefined, other.apiToken)
    expect(manifest).toMatchObject({ workspace: 'other', root: { days: {} } })
    const own = new Set<string>(manifest.tail)
    for (const key of lake.keys('bronze/')) {
      const answer = await api('GET', `/lake/files/${encodeURIComponent(key)}`, undefined, other.apiToken)
      if (own.size > 0 && own.has(key)) expect(answer.status).toBe(200)
      if (!own.has(key)) expect([key, answer.status]).toEqual([key, 404])
    }
    const { body: reading } = await api('POST', '/tokens', { name: 'r', scopes: ['lake:read'] })
    const some = lake.keys('silver/')[0] ?? ''
    expect((await api('GET', `/lake/files/${encodeURIComponent(some)}`, undefined, reading.token)).status).toBe(403)
    expect((await api('GET', '/lake/people', undefined, reading.token)).status).toBe(403)
  })
})

describe('lake verify', () => {
  let lake: LocalLake
  beforeAll(async () => {
    await tributary(['lake', 'compact'])
    lake = localLake(server.state)
  })

  const verify = (...options: string[]) => tributary(['lake', 'verify', '--people', 'all', ...options])

  test('finds nothing where nothing is wrong, with events still in bronze', async () => {
    await send([{ type: 'track', event: 'Late comer', userId: 'u2', messageId: 'm6' }])
    await until(counted, (n) => n === 12)
    const { code, lines, out } = await until(
      verify,
      ({ lines: found }) => !found.join().includes('events are coming in'),
    )
    expect([code, lines.at(-1)]).toEqual([0, 'verified 12 events, 0 differences'])
    expect(out).not.toContain('not compared')
    const asJson = JSON.parse((await verify('--json')).out)
    expect(asJson).toMatchObject({
      events: 12,
      differences: [],
      days: [expect.objectContaining({ accepted: 14, applied: 12 })],
    })
    expect((await verify('--from', '2020-01-01', '--to', '2020-01-02')).lines.at(-1)).toBe(
      'verified 0 events, 0 differences',
    )
  })

  const first = (prefix: string) => lake.keys(prefix)[0] ?? ''

  /** The object of bronze in which a message stands. */
  const bronzeOf = (messageId: string) =>
    lake
      .keys('bronze/events/')
      .find((key) => gunzipSync(lake.read(key)).toString('utf8').includes(`"messageId":"${messageId}"`)) ?? ''

  /** Breaks something, looks, and puts it back. */
  async function broken(key: string, fault: (body: Uint8Array<ArrayBuffer>) => Promise<Uint8Array | null>) {
    const body = lake.read(key)
    const other = await fault(body)
    if (other) lake.replace(key, other)
    else lake.replace(key, new Uint8Array())
    try {
      return await verify()
    } finally {
      lake.replace(key, body)
    }
  }

  const events =
    (change: (found: Record<string, unknown>[]) => Record<string, unknown>[]) =>
    async (body: Uint8Array<ArrayBuffer>) =>
      writeParquet(SILVER.events, change(await readParquet(SILVER.events, body.buffer)) as never)

  test('a row that is there twice is named', async () => {
    const key = first('silver/events/ws=default/')
    const { code, out, lines } = await broken(
      key,
      events((found) => [...found, found[0] as Record<string, unknown>]),
    )
    expect(code).toBe(1)
    expect(out).toContain(`${key} was altered`)
    expect(out).toMatch(/1 event there twice, \d{4}-\d\d-\d\d \d\dh: m\d/)
    expect(lines.at(-1)).toMatch(/^verified 12 events, [1-9]\d* differences$/)
  })

  test('a row whose content was altered is named', async () => {
    const key = first('silver/events/ws=default/')
    const { code, out } = await broken(
      key,
      events((found) => found.map((row) => (row['message_id'] === 'm1' ? { ...row, properties: { total: 6 } } : row))),
    )
    expect(code).toBe(1)
    expect(out).toMatch(/1 event with another content than in bronze, .*: m1 \(silver/)
  })

  test('a row that was taken out is named', async () => {
    const key = first('silver/events/ws=default/')
    const { out } = await broken(
      key,
      events((found) => found.filter((row) => row['message_id'] !== 'm1')),
    )
    expect(out).toContain(`${key} was altered`)
  })

  test('a file that is no Parquet any more is named', async () => {
    const key = first('silver/events/ws=default/')
    const { code, out } = await broken(key, async () => new TextEncoder().encode('nonsense'))
    expect(code).toBe(1)
    expect(out).toContain(`${key} cannot be read`)
  })

  test('an object of bronze that was deleted before it was in silver: the ledger misses it, and a timeline names it', async () => {
    await send([{ type: 'track', event: 'Lost', userId: 'u2', messageId: 'm7' }])
    await until(counted, (n) => n === 13)
    const { body } = await api('GET', '/lake/manifest')
    for (const key of body.tail) if (key.startsWith('bronze/events/')) lake.remove(key)
    const { code, out } = await until(verify, (found) => !found.out.includes('events are coming in'))
    expect(code).toBe(1)
    expect(out).toMatch(/the ledger counted 13 copies as applied, and bronze holds 1[12]/)
    expect(out).toMatch(/in the timeline of prf_\w+ and not in the lake: .*m7/)
  })

  test('a file of silver that was deleted is named, and so is an object of bronze; sql says so, too', async () => {
    const silver = first('silver/events/ws=default/')
    const bronze = bronzeOf('m1')
    lake.remove(silver)
    lake.remove(bronze)
    const { code, out, lines } = await verify()
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`${silver} is missing: \\d+ rows of events`))
    expect(out).toMatch(new RegExp(`${bronze} is missing: \\d+ lines of this workspace`))
    expect(lines.at(-1)).toMatch(/^verified \d+ events, [1-9]\d* differences$/)
    const sql = await tributary(['sql', 'select count(*) from events', '--no-cache'])
    expect([sql.code, sql.err]).toEqual([
      1,
      expect.stringContaining(`${silver} is named by the manifest and is not there`),
    ])
  })
})
