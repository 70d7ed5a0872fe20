import { env } from 'cloudflare:workers'
import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive } from '../../platform/archive.ts'
import { readRoot } from '../../platform/lake-manifest.ts'
import { readParquet } from '../../platform/lake-parquet.ts'
import { compactRound } from '../../queues/compact-round.ts'
import { erasePerson } from '../../queues/erase-person.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { GOLD, SILVER, type Table } from '../../shared/lake/columns.ts'
import { apiClient } from '../support/api-client.ts'
import { Killed, killedBucket } from '../support/killed-bucket.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, locate, profileOf, type TestWorkspace } from '../support/workspace.ts'

const identify = (fields: JsonObject, traits: JsonObject = {}) => ({ type: 'identify', traits, ...fields })
const track = (fields: JsonObject, name = 'Click') => ({ type: 'track', event: name, ...fields })
const MARKS = ['ann@example.com', 'Annabel', 'ann-device', 'ann-user']

beforeEach(async () => {
  for (;;) {
    const { objects } = await env.LAKE.list()
    if (objects.length === 0) return
    await env.LAKE.delete(objects.map(({ key }) => key))
  }
})

/** Everything that any object of the bucket says, as text, by key. */
async function everything(): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  let cursor: string | undefined
  do {
    const page = await env.LAKE.list(cursor ? { cursor } : {})
    for (const { key } of page.objects) {
      const bytes = await (await env.LAKE.get(key))?.arrayBuffer()
      if (bytes) texts.set(key, await textOf(key, bytes))
    }
    cursor = page.truncated ? page.cursor : undefined
  } while (cursor)
  return texts
}

async function textOf(key: string, bytes: ArrayBuffer): Promise<string> {
  if (key.endsWith('.gz')) return gunzipSync(new Uint8Array(bytes)).toString('utf8')
  if (!key.endsWith('.parquet')) return new TextDecoder().decode(bytes)
  const [layer, table] = key.split('/') as [string, string]
  const tables = (layer === 'gold' ? GOLD : SILVER) as { readonly [name: string]: Table }
  return JSON.stringify(await readParquet(tables[table] as Table, bytes))
}

async function keysThatSay(marks: readonly string[]): Promise<string[]> {
  return [...(await everything())].filter(([, text]) => marks.some((mark) => text.includes(mark))).map(([key]) => key)
}

async function aPerson(): Promise<{ ws: TestWorkspace; api: Awaited<ReturnType<typeof apiClient>>; id: string }> {
  const ws = await aWorkspace()
  const api = await apiClient(ws)
  await deliver([aMessage(ws, [track({ anonymousId: 'ann-device' }), track({ userId: 'other' })])])
  await deliver([
    aMessage(ws, [
      identify({ userId: 'ann-user', anonymousId: 'ann-device' }, { email: 'ann@example.com', name: 'Annabel' }),
    ]),
  ])
  return { ws, api, id: (await profileOf(ws, 'user_id', 'ann-user')).id }
}

async function compact(ws: TestWorkspace, api: Awaited<ReturnType<typeof apiClient>>) {
  await api('POST', '/lake/compact')
  await runJobs(ws)
}

describe('erasing a person from the lake', () => {
  test('leaves no byte of them in any layer: bronze, silver, gold, nor what no manifest names', async () => {
    const { ws, api, id } = await aPerson()
    await compact(ws, api)
    await compact(ws, api)
    // Not in silver yet.
    await deliver([aMessage(ws, [track({ userId: 'ann-user' }, 'Later'), track({ userId: 'other' }, 'Later')])])
    const layers = (keys: readonly string[]) => [...new Set(keys.map((key) => key.split('/')[0]))].sort()
    expect(layers(await keysThatSay([...MARKS, id]))).toEqual(['bronze', 'gold', 'silver'])
    const { body } = await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    const receipt = (await api('GET', `/erasures/${body.erasureId}`)).body
    expect(receipt.state).toBe('closed')
    const removed = Object.fromEntries(
      receipt.stores.map((one: { store: string; removed: number }) => [one.store, one.removed]),
    )
    expect(removed).toMatchObject({ archive: 3, silver: 2 })
    expect(removed['gold']).toBeGreaterThanOrEqual(5)
    expect(await keysThatSay(MARKS)).toEqual([])
    const others = await keysThatSay(['other'])
    expect(layers(others)).toEqual(['bronze', 'gold', 'silver'])
    // Whoever is still there is counted as before, and compaction goes on.
    await compact(ws, api)
    expect(await keysThatSay(MARKS)).toEqual([])
    const tables = (await api('GET', '/lake')).body.tables as { table: string; rows: number }[]
    expect(tables.find(({ table }) => table === 'events')?.rows).toBe(2)
    expect(tables.find(({ table }) => table === 'profiles')?.rows).toBe(1)
  })

  test('a copy that was on its way while they were erased goes when compaction meets it, and a new person stays', async () => {
    const { ws, api, id } = await aPerson()
    const receivedAt = Date.now() - 1_000
    await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    const item = { i: 0, body: { messageId: 'on-its-way', ...track({ userId: 'ann-user' }) } }
    const envelope = { requestId: 'late', source: ws.source, trust: 'public', origin: 'live', receivedAt }
    const line = {
      workspace: ws.id,
      source: ws.source,
      messageId: 'on-its-way',
      outcome: 'applied',
      flags: [],
      envelope,
      item,
    }
    await archive(env, 'events', [{ copyId: 'late.0', receivedAt, canonicalId: id, leaf: id, ...line }])
    const rejected = { ...line, outcome: 'rejected', reason: 'plan:type', canonicalId: null, leaf: null }
    await archive(env, 'events', [{ copyId: 'late.1', receivedAt, ...rejected }])
    await deliver([aMessage(ws, [track({ userId: 'ann-user' }, 'Back')])])
    const anew = await locate(ws, 'user_id', 'ann-user')
    await compact(ws, api)
    const said = await everything()
    const about = [...said].filter(([, text]) => text.includes('on-its-way') || text.includes(id)).map(([key]) => key)
    expect(about.filter((key) => !key.startsWith('bronze/effects/') && !key.startsWith('silver/changes/'))).toEqual([])
    const events = [...said].filter(([key]) => key.startsWith(`silver/events/ws=${ws.id}/`)).map(([, text]) => text)
    expect(events.join()).toContain('Back')
    expect(events.join()).toContain(String(anew))
  })

  test('the index went on naming lines that were gone, by their messageIds, so that verifying missed their objects', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([
      aMessage(ws, [identify({ userId: 'ann-user' }, { email: 'ann@example.com' }), track({ userId: 'ann-user' })]),
    ])
    await deliver([aMessage(ws, [track({ userId: 'other' }), track({ userId: 'ann-user' })])])
    await compact(ws, api)
    const named = async () => {
      const files = [...(await everything())].filter(([key]) => key.startsWith(`silver/index/ws=${ws.id}/`))
      const rows = files.flatMap(([, text]) => JSON.parse(text) as { object: string; line: number }[])
      return rows.filter(({ object }) => object.startsWith('bronze/events/'))
    }
    expect(new Set((await named()).map(({ object, line }) => `${object} ${line}`)).size).toBe(4)
    await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    const bronze = await everything()
    const left = await named()
    expect(left.length).toBeGreaterThan(0)
    for (const { object, line } of left) expect(bronze.get(object)?.split('\n')[line]).toContain('other')
  })

  test('a batch that is delivered again meets the marker of what was erased, mixed with others or not, and writes nothing back', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const alone = aMessage(ws, [
      identify({ userId: 'ann-user' }, { email: 'ann@example.com', name: 'Annabel' }),
      track({ userId: 'ann-user' }),
    ])
    const shared = aMessage(ws, [track({ userId: 'ann-user' }), track({ userId: 'other' })])
    await deliver([alone])
    await deliver([shared])
    const bronze = async () => [...(await everything())].filter(([key]) => key.startsWith('bronze/events/'))
    const before = await bronze()
    await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    const after = await bronze()
    expect(after.map(([key]) => key)).toEqual(before.map(([key]) => key))
    expect(after.map(([, text]) => text.length > 0).sort()).toEqual([false, true])
    // The queue did not hear that they were done: each comes again, and then both together.
    await deliver([alone], 2)
    await deliver([shared], 2)
    expect(await bronze()).toEqual(after)
    await deliver([alone, shared], 2)
    expect((await bronze()).length).toBe(after.length + 1)
    await compact(ws, api)
    expect(await keysThatSay(MARKS)).toEqual([])
    const tables = (await api('GET', '/lake')).body.tables as { table: string; rows: number }[]
    expect(tables.find(({ table }) => table === 'events')?.rows).toBe(1)
  })

  test('a round that read bronze before it was cleaned cannot put them back', async () => {
    const { ws, api } = await aPerson()
    // Somebody began the round and is dead: it is carried on before silver is cleaned.
    const dead = {
      ...env,
      LAKE: new Proxy(env.LAKE, { get: (bucket, name) => (name === 'put' ? onlyState(bucket) : bound(bucket, name)) }),
    }
    await expect(
      compactRound(dead, { by: 'dead', now: Date.now() - 180_000, until: Number.MAX_SAFE_INTEGER }),
    ).rejects.toThrow('dead')
    await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    expect(await keysThatSay(MARKS)).toEqual([])
    expect((await readRoot(env.LAKE, ws.id)).value.fence).toBeGreaterThan(0)
  })

  test('killed at whatever step, it is carried on, and nothing of theirs is left', async () => {
    const { ws, api } = await aPerson()
    await compact(ws, api)
    await deliver([aMessage(ws, [track({ userId: 'ann-user' }, 'Later'), track({ userId: 'other' }, 'Later')])])
    const { body } = await api('DELETE', '/profiles/user_id:ann-user')
    let cursor: unknown = null
    let kills = 0
    for (let n = 1, finished = false; !finished; n = (n * 3) % 17) {
      const dying = { ...env, LAKE: killedBucket(env.LAKE, n + 1, n % 2 === 0 ? 'before' : 'after') }
      const job = {
        id: 'job_e',
        workspace: ws.id,
        input: { erasure: body.erasureId },
        cursor,
        done: 0,
        total: 0,
        errors: 0,
      }
      const attempt = async (environment: Env) => erasePerson.step(environment, job, Date.now())
      const step = await attempt(dying).catch((fault: unknown) => {
        if (!(fault instanceof Killed)) throw fault
        kills += 1
        return attempt(env)
      })
      cursor = step.cursor
      finished = step.finished === true
    }
    expect(kills).toBeGreaterThanOrEqual(3)
    expect(await keysThatSay(MARKS)).toEqual([])
    await runJobs(ws)
    await compact(ws, api)
    const tables = (await api('GET', '/lake')).body.tables as { table: string; rows: number }[]
    expect(tables.find(({ table }) => table === 'events')?.rows).toBe(2)
  })
})

describe('erasing somebody whose rows are held', () => {
  async function aHeldPerson() {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const expectation = { column: 'properties.total', kind: 'range', params: { min: 0 }, severity: 'hard' }
    const made = await api('POST', '/quality/expectations', { table: 'events', border: 'silver', ...expectation })
    expect(made.status).toBe(201)
    const order = (userId: string, messageId: string) => ({
      ...track({ userId, messageId, properties: { total: -1 } }, 'Order'),
    })
    await deliver([
      aMessage(ws, [
        identify({ userId: 'ann-user', messageId: 'ann-message-1' }, { email: 'ann@example.com', name: 'Annabel' }),
        order('ann-user', 'ann-message-2'),
        order('other', 'other-message'),
      ]),
    ])
    await compact(ws, api)
    const [hold] = (await api('GET', '/quality/holds?state=held')).body.holds
    expect(hold).toMatchObject({ table: 'events', rows: 3 })
    return { ws, api, hold, id: (await profileOf(ws, 'user_id', 'ann-user')).id }
  }
  const THEIRS = [...MARKS, 'ann-message']

  async function rememberedOf({ id }: TestWorkspace): Promise<string> {
    const tables = ['quality_rollups', 'quality_holds', 'quality_scores', 'jobs']
    const all = await env.DB.batch(
      tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} WHERE workspace = ?`).bind(id)),
    )
    return JSON.stringify(all.map(({ results }) => results))
  }

  test('leaves nothing behind: not in what is held, not in silver when it is let go, not in samples of results', async () => {
    const { ws, api, hold, id } = await aHeldPerson()
    expect(await keysThatSay(['Annabel'])).not.toEqual([])
    expect(await rememberedOf(ws)).toContain('ann-message-2')
    const { body } = await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    const receipt = (await api('GET', `/erasures/${body.erasureId}`)).body
    expect(receipt.state).toBe('closed')
    const { stores } = receipt as { stores: { store: string; removed: number }[] }
    expect(stores.find(({ store }) => store === 'quality')?.removed).toBe(1)
    expect(await keysThatSay(THEIRS)).toEqual([])
    const remembered = await rememberedOf(ws)
    expect(THEIRS.filter((mark) => remembered.includes(mark))).toEqual([])
    expect(remembered).toContain('other-message')
    // Long after whoever compacts looks for copies of theirs that were on their way.
    await env.DB.prepare('UPDATE erasures SET requested_at = 0 WHERE workspace = ?').bind(ws.id).run()
    expect((await api('POST', `/quality/holds/${hold.id}/release`)).status).toBe(200)
    await runJobs(ws)
    const rows = [...(await everything())].filter(([key]) => key.startsWith(`silver/events/ws=${ws.id}/`))
    expect(rows.map(([, text]) => text).join()).toContain('other-message')
    expect(await keysThatSay([...THEIRS, id])).toEqual(
      (await keysThatSay([id])).filter((key) => /^(bronze\/effects|silver\/changes)\//.test(key)),
    )
  })

  test('while they are being let go: what was read of bronze before is not named', async () => {
    const { ws, api, hold } = await aHeldPerson()
    await api('POST', `/quality/holds/${hold.id}/release`)
    // Both jobs go on side by side, step by step.
    await api('DELETE', '/profiles/user_id:ann-user')
    await runJobs(ws)
    await compact(ws, api)
    expect(await keysThatSay(THEIRS)).toEqual([])
    const remembered = await rememberedOf(ws)
    expect(THEIRS.filter((mark) => remembered.includes(mark))).toEqual([])
    expect((await api('GET', '/quality/holds?state=held')).body.holds).toEqual([])
    const rows = [...(await everything())].filter(([key]) => key.startsWith(`silver/events/ws=${ws.id}/`))
    expect(rows.map(([, text]) => text).join()).toContain('other-message')
  })
})

function bound(bucket: R2Bucket, name: string | symbol): unknown {
  const value = Reflect.get(bucket, name) as unknown
  return typeof value === 'function' ? value.bind(bucket) : value
}

function onlyState(bucket: R2Bucket) {
  return (key: string, ...rest: unknown[]) => {
    if (!key.startsWith('lake/compaction')) throw new Error('dead')
    return (bucket.put as (...args: unknown[]) => unknown)(key, ...rest)
  }
}
