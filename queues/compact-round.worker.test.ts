import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive, type BronzeLine } from '../platform/archive.ts'
import { inPool } from '../platform/in-pool.ts'
import { readSilver } from '../platform/lake-files.ts'
import { indexedLinesOf } from '../platform/lake-index.ts'
import { allRows, lakeSnapshot, snapshotFiles } from '../platform/lake-reader.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { HOUR, MINUTE } from '../shared/kernel/instant.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { CANONICAL, MESSAGE } from '../shared/lake/line-names.ts'
import { mergedRows } from '../shared/lake/split-lines.ts'
import { Killed, killedBucket } from '../test/support/killed-bucket.ts'
import { compactRound, compactRounds } from './compact-round.ts'

const NOW = Date.now()
/** Some thousand calls, on a machine that may have other things to do. */
const LONG = { timeout: 240_000 }
const T0 = Math.floor(NOW / HOUR) * HOUR - 5 * MINUTE

async function emptyBucket() {
  for (;;) {
    const { objects } = await env.LAKE.list()
    if (objects.length === 0) return
    await env.LAKE.delete(objects.map(({ key }) => key))
  }
}
beforeEach(emptyBucket)

function line(workspace: string, copy: number, overrides: JsonObject = {}, body: JsonObject = {}): BronzeLine {
  const receivedAt = Number(overrides['receivedAt'] ?? T0)
  const item = { i: 0, body: { type: 'track', event: 'Click', userId: 'u', messageId: `m${copy}`, ...body } }
  const envelope = { requestId: `r${copy}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt }
  return {
    copyId: `r${copy}.0`,
    receivedAt,
    workspace,
    source: 'src_web',
    messageId: `m${copy}`,
    type: 'track',
    timestamp: receivedAt,
    outcome: 'applied',
    flags: [],
    canonicalId: 'prf_1',
    leaf: 'prf_1',
    envelope,
    item,
    ...overrides,
  }
}

async function keysIn(workspace: string): Promise<string[]> {
  const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, workspace), 'events', defaultSettings)
  return rows.map((row) => String(row['message_id'])).sort()
}

async function compactAll(by = 'test', now = NOW) {
  for (let rounds = 0; rounds < 100; rounds++) {
    const end = await compactRound(env, { by, now, until: Number.MAX_SAFE_INTEGER })
    if (end === 'nothing') return
    if (end === 'busy') throw new Error('busy')
  }
  throw new Error('compaction does not end')
}

describe('compaction', () => {
  test('every applied event is one row of its workspace, in the hour of its own arrival', async () => {
    await archive(env, 'events', [line('a', 1), line('b', 2), line('a', 3, { receivedAt: T0 + 10 * MINUTE })])
    await archive(env, 'events', [line('a', 4, { outcome: 'dropped', reason: 'bot' })])
    expect(await keysIn('a')).toEqual(['m1', 'm3'])
    await compactAll()
    const snapshot = await lakeSnapshot(env.LAKE, 'a')
    expect(snapshot.tail).toEqual([])
    const [first, second] = snapshotFiles(snapshot, 'events')
    expect(first?.key).not.toEqual(second?.key)
    expect(snapshotFiles(snapshot, 'events').map(({ rows }) => rows)).toEqual([1, 1])
    const [row] = await readSilver(env.LAKE, 'events', first as { key: string })
    expect(row).toMatchObject({ message_id: 'm1', name: 'Click', user_id: 'u', received_at: T0, late: false })
    expect(await keysIn('a')).toEqual(['m1', 'm3'])
    expect(await keysIn('b')).toEqual(['m2'])
    expect(await keysIn('c')).toEqual([])
  })

  test('a batch that was archived, not acknowledged, and came again mixed over the end of an hour is there once', async () => {
    const boundary = Math.floor(NOW / HOUR) * HOUR
    const [one, two] = [boundary - 1, boundary + 1]
    await archive(env, 'events', [line('a', 1, { receivedAt: two }), line('a', 2, { receivedAt: two })])
    await compactAll()
    const again = { redelivered: true }
    await archive(env, 'events', [line('a', 3, { receivedAt: one }), line('a', 1, { receivedAt: two, ...again })])
    expect(await keysIn('a')).toEqual(['m1', 'm2', 'm3'])
    await compactAll()
    expect(await keysIn('a')).toEqual(['m1', 'm2', 'm3'])
    // The first delivery's object may come into sight after the second's.
    await archive(env, 'events', [line('a', 9, { receivedAt: two, ...again })])
    await compactAll()
    await archive(env, 'events', [line('a', 9, { receivedAt: two }), line('a', 10, { receivedAt: two })])
    expect(await keysIn('a')).toEqual(['m1', 'm10', 'm2', 'm3', 'm9'])
    await compactAll()
    expect(await keysIn('a')).toEqual(['m1', 'm10', 'm2', 'm3', 'm9'])
  })

  test('a messageId that was sent for two people was one row when both came in one round, and two when they did not', async () => {
    const [ann, bob] = [
      line('a', 1, { canonicalId: 'prf_ann', leaf: 'prf_ann' }),
      line('a', 1, { copyId: 'r1.1', canonicalId: 'prf_bob', leaf: 'prf_bob' }),
    ]
    const owners = async () => {
      const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, 'a'), 'events', defaultSettings)
      return rows.map((row) => `${row['message_id']} ${row['leaf']}`).sort()
    }
    const both = ['m1 prf_ann', 'm1 prf_bob']
    await archive(env, 'events', [ann, bob])
    expect(await owners()).toEqual(both)
    await compactAll()
    expect(await owners()).toEqual(both)
    await archive(env, 'events', [{ ...bob, redelivered: true }, line('a', 2)])
    await compactAll()
    expect(await owners()).toEqual([...both, 'm2 prf_1'])
    // Two rounds, and files that are merged afterwards.
    await emptyBucket()
    for (const one of [ann, bob]) {
      await archive(env, 'events', [one])
      await compactAll()
    }
    expect(await owners()).toEqual(both)
    const files = snapshotFiles(await lakeSnapshot(env.LAKE, 'a'), 'events')
    const rows = await Promise.all(files.map((file) => readSilver(env.LAKE, 'events', file)))
    expect(mergedRows('events', rows.flat()).length).toBe(2)
  })

  test.each(['before', 'after'] as const)(
    'killed %s any step it loses nothing and doubles nothing',
    LONG,
    async (when) => {
      let survived = false
      for (let n = 1; !survived; n++) {
        await emptyBucket()
        await archive(env, 'events', [line('a', 1), line('b', 2), line('a', 3, { receivedAt: T0 + HOUR })])
        await archive(env, 'events', [line('a', 1, { redelivered: true }), line('b', 4)])
        await archive(env, 'effects', [
          line('a', 5, {
            event: {
              source: 'tributary',
              messageId: 'm5',
              type: 'track',
              context: {},
              timestamp: T0,
              receivedAt: T0,
              flags: [],
            },
          }),
        ])
        const dying = { ...env, LAKE: killedBucket(env.LAKE, n, when) }
        survived = await compactRound(dying, { by: 'dying', now: NOW, until: Number.MAX_SAFE_INTEGER }).then(
          () => true,
          (fault: unknown) => {
            if (!(fault instanceof Killed)) throw fault
            return false
          },
        )
        expect([n, await keysIn('a'), await keysIn('b')]).toEqual([n, ['m1', 'm3'], ['m2', 'm4']])
        await compactAll('next', NOW + 10 * MINUTE)
        expect([n, await keysIn('a'), await keysIn('b')]).toEqual([n, ['m1', 'm3'], ['m2', 'm4']])
        expect((await lakeSnapshot(env.LAKE, 'a')).tail).toEqual([])
      }
    },
  )

  test('an hour with more objects than a round takes was listed anew for every round', async () => {
    let lists = 0
    const counted = new Proxy(env.LAKE, {
      get(bucket, name) {
        const value = Reflect.get(bucket, name) as unknown
        if (name === 'list') lists += 1
        return typeof value === 'function' ? value.bind(bucket) : value
      },
    })
    const many = Array.from({ length: 450 }, (_, n) => n)
    await inPool(many, 20, async (n) => void (await archive(env, 'events', [line('a', n)])))
    const compactor = { by: 'test', now: NOW, until: Number.MAX_SAFE_INTEGER }
    const first = await compactRounds({ ...env, LAKE: counted }, compactor, { rounds: 8, ms: 60_000 })
    // The notes of what is late, and five pages: with the number of lines a page has a hundred.
    expect([first, lists]).toEqual([{ ends: 'done', rounds: 3 }, 6])
    expect((await keysIn('a')).length).toBe(450)
    expect(await compactRounds(env, compactor, { rounds: 8, ms: 60_000 })).toEqual({ ends: 'nothing', rounds: 0 })
    // Somebody else carries out a round meanwhile: what was listed may have been taken, and is not taken twice.
    await inPool(many.slice(0, 250), 20, async (n) => void (await archive(env, 'events', [line('a', 1_000 + n)])))
    const both = ['x', 'y'].map((by) => compactRounds(env, { ...compactor, by }, { rounds: 8, ms: 60_000 }))
    expect((await Promise.all(both)).map(({ ends }) => ends).sort()).toEqual(['busy', 'done'])
    await compactAll()
    expect((await keysIn('a')).length).toBe(700)
  })

  test('of two compactors at once one waits, and a third takes over what was left open', async () => {
    for (let i = 0; i < 4; i++) await archive(env, 'events', [line('a', i)])
    const until = Number.MAX_SAFE_INTEGER
    const ends = await Promise.all(['x', 'y', 'z'].map((by) => compactRound(env, { by, now: NOW, until })))
    expect(ends.filter((end) => end === 'done').length).toBe(1)
    expect(await keysIn('a')).toEqual(['m0', 'm1', 'm2', 'm3'])
  })

  test('what is written to an hour that is closed is seen, taken once, and not looked for any more', async () => {
    await archive(env, 'events', [line('a', 1)])
    await compactAll('test', NOW + 5 * HOUR)
    const old = NOW - 50 * HOUR
    await archive(env, 'events', [line('a', 2, { receivedAt: old })])
    expect((await env.LAKE.list({ prefix: 'lake/late/' })).objects.length).toBe(1)
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
    await compactAll('test', NOW + 5 * HOUR)
    expect((await env.LAKE.list({ prefix: 'lake/late/' })).objects.length).toBe(0)
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
    // The batch comes again: its object is there, the note that it is late is new.
    await archive(env, 'events', [line('a', 2, { receivedAt: old })])
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
    await compactAll('test', NOW + 5 * HOUR)
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
  })

  test('what is noted and not there yet is not taken: it would never be seen again', async () => {
    await archive(env, 'events', [line('a', 1)])
    await compactAll('test', NOW + 5 * HOUR)
    await archive(env, 'events', [line('a', 2, { receivedAt: NOW - 50 * HOUR })])
    const [note] = (await env.LAKE.list({ prefix: 'lake/late/' })).objects
    const key = String(note?.key).replace('lake/late/', 'bronze/').concat('.ndjson.gz')
    const body = await (await env.LAKE.get(key))?.arrayBuffer()
    await env.LAKE.delete(key)
    await compactAll('test', NOW + 5 * HOUR)
    expect(await keysIn('a')).toEqual(['m1'])
    await env.LAKE.put(key, body as ArrayBuffer)
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
    await compactAll('test', NOW + 5 * HOUR)
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
    await env.LAKE.put(String(note?.key).replace(/[^/]+$/, 'gone'), '')
    await compactAll('test', NOW + 30 * HOUR)
    expect((await env.LAKE.list({ prefix: 'lake/late/' })).objects).toEqual([])
  })

  test('whatever strangers send is kept as it is: names, depths, numbers, dates before 1970', async () => {
    const wide = Object.fromEntries(Array.from({ length: 990 }, (_, i) => [`c.${i}"'`, i]))
    const properties = { ...wide, 'a.b': { __proto__x: 1 }, big: 2 ** 60, small: -1e-300, no: null, ä: '\u{1F600}' }
    await archive(env, 'events', [
      line('a', 1, { timestamp: -86_400_001 }, { event: `it's "quoted"`, properties }),
      line('a', 2, {}, { properties: { amount: 'twelve' } }),
      line('a', 3, {}, { properties: { amount: 12 } }),
    ])
    await compactAll()
    const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, 'a'), 'events', defaultSettings)
    expect(rows.find(({ message_id }) => message_id === 'm1')).toMatchObject({
      name: `it's "quoted"`,
      timestamp: -86_400_001,
      properties,
    })
    expect(rows.map(({ properties }) => (properties as JsonObject)['amount'])).toEqual([undefined, 'twelve', 12])
  })

  test('a copy is found by the index, whatever became of it: by identifier, canonical ID and messageId', async () => {
    const rejected = { outcome: 'rejected', reason: 'wrong_type', canonicalId: null, leaf: null }
    await archive(env, 'events', [
      line('a', 1),
      line('b', 1),
      line('a', 2, rejected),
      line('a', 3, { canonicalId: 'prf_2' }),
    ])
    await compactAll()
    const between = { from: T0 - 1, to: T0 + 1 }
    const found = async (type: string, match: string, workspace = 'a') =>
      (await indexedLinesOf(env, workspace, { type, match }, between)).map(({ line }) => line['messageId'])
    expect(await found('user_id', 'u')).toEqual(['m1', 'm2', 'm3'])
    expect(await found(CANONICAL, 'prf_2')).toEqual(['m3'])
    expect(await found(MESSAGE, 'm2')).toEqual(['m2'])
    expect(await found(MESSAGE, 'm1', 'b')).toEqual(['m1'])
    expect(await found(MESSAGE, 'm3', 'b')).toEqual([])
    expect(await found('user_id', 'nobody')).toEqual([])
  })

  test('a line that cannot be read is in quarantine, with why', async () => {
    await archive(env, 'events', [line('a', 1, { item: { i: 0, body: { type: 'dance' } } }), line('a', 2)])
    await compactAll()
    const snapshot = await lakeSnapshot(env.LAKE, 'a')
    const rows = await allRows(env.LAKE, snapshot, 'quarantine', defaultSettings)
    expect(rows).toMatchObject([{ copy_id: 'r1.0', reason: 'no readable event', line: { outcome: 'applied' } }])
    expect(await keysIn('a')).toEqual(['m2'])
  })

  test('readers see exactly what was applied, whenever batches come, come again, and are compacted', async () => {
    const step = fc.record({
      copies: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 4 }),
      compact: fc.constantFrom(0, 0, 1, 2),
      dies: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await emptyBucket()
        const seen = new Set<number>()
        // Compaction's clock goes ahead of itself here; ahead of the archive's it would close hours that are written to.
        let now = NOW - HOUR
        for (const { copies, compact, dies } of steps) {
          const lines = copies.map((n) =>
            line('a', n, { receivedAt: T0 + n * MINUTE, ...(seen.has(n) ? { redelivered: true } : {}) }),
          )
          for (const n of copies) seen.add(n)
          await archive(env, 'events', lines)
          const target = dies === undefined ? env : { ...env, LAKE: killedBucket(env.LAKE, dies, 'after') }
          for (let i = 0; i < compact; i++) {
            now += 5 * MINUTE
            await compactRound(target, { by: `c${now}`, now, until: Number.MAX_SAFE_INTEGER }).catch((fault) => {
              if (!(fault instanceof Killed)) throw fault
            })
          }
          const expected = [...seen].map((n) => `m${n}`).sort()
          expect(await keysIn('a')).toEqual(expected)
        }
      }),
      { numRuns: 25 },
    )
  })
})
