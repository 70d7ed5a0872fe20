import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { compactRound } from '../queues/compact-round.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { HOUR, MINUTE } from '../shared/kernel/instant.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { SILVER_TABLES } from '../shared/lake/columns.ts'
import { ROUND_MS } from '../shared/lake/compaction.ts'
import { splitLines } from '../shared/lake/split-lines.ts'
import { Killed, killedBucket } from '../test/support/killed-bucket.ts'
import { outsideRound } from '../test/support/outside-round.ts'
import { compactAll, emptyBucket, expectThat, holdsOf, line as lineOf, NOW, T0 } from '../test/support/quality-story.ts'
import { aWorkspace, type TestWorkspace } from '../test/support/workspace.ts'
import { archive } from './archive.ts'
import { keyedBy } from './erased-person.ts'
import { newErasure } from './erasure-row.ts'
import { handOut, heldRound } from './handed-round.ts'
import { readCompaction } from './lake-bronze.ts'
import { readSilver } from './lake-files.ts'
import { readRoot, swapRoot, writeSilver } from './lake-manifest.ts'
import { allRows, lakeSnapshot, snapshotFiles } from './lake-reader.ts'
import { roundWaiting } from './round-waiting.ts'

beforeEach(emptyBucket)

const named = (id: string) => ({ id, source: 'src_web' }) satisfies TestWorkspace
const A = named('a')
const line = (copy: number, overrides: JsonObject = {}, workspace = A) => lineOf(workspace, copy, {}, overrides)

async function keysIn(workspace: string): Promise<string[]> {
  const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, workspace), 'events', defaultSettings)
  return rows.map((row) => String(row['message_id'])).sort()
}

async function everyRow(workspace: string): Promise<unknown> {
  const snapshot = await lakeSnapshot(env.LAKE, workspace)
  expect(snapshot.tail).toEqual([])
  const tables = SILVER_TABLES.map(async (table) => {
    const files = snapshotFiles(snapshot, table)
    const rows = (await Promise.all(files.map((file) => readSilver(env.LAKE, table, file)))).flat()
    return [table, rows.map((row) => JSON.stringify(row)).sort()]
  })
  return Promise.all(tables)
}

const outside = (overrides: Partial<Parameters<typeof outsideRound>[1]> = {}, bucket: Pick<Env, 'LAKE'> = env) =>
  outsideRound({ ...env, ...bucket }, { workspace: 'a', by: 'cli', now: NOW, ...overrides })

const ownEvent = (n: number) =>
  line(n, {
    event: {
      source: 'tributary',
      messageId: `m${n}`,
      type: 'track',
      context: {},
      timestamp: T0,
      receivedAt: T0,
      flags: [],
    },
  })

/** Some of everything: applied, dropped, redelivered, unreadable, of two hours, and of Tributary itself. */
async function someBronze() {
  await archive(env, 'events', [
    line(1),
    line(2, { outcome: 'dropped', reason: 'bot' }),
    line(3, { canonicalId: 'prf_2' }),
  ])
  await archive(env, 'events', [line(1, { redelivered: true }), line(4, { receivedAt: T0 + HOUR })])
  await archive(env, 'events', [line(5, { item: { i: 0, body: { type: 'dance' } } })])
  await archive(env, 'effects', [
    ownEvent(6),
    line(7, { type: 'profile.merged', canonicalId: 'prf_1', other: 'prf_2', item: null }),
  ])
}
const KEYS = ['m1', 'm3', 'm4']

async function outsideAll() {
  for (let rounds = 0; rounds < 20; rounds++) {
    const ends = await outside()
    if (ends === 'nothing') return
    expect(ends).toBe('done')
  }
  throw new Error('it does not end')
}

describe('rounds that are handed out', () => {
  test('make the rows and the index that the Worker makes of the same bronze', async () => {
    await someBronze()
    expect(await roundWaiting(env, 'a')).toMatchObject({ objects: 4, lines: 8, others: false, open: false })
    await compactAll()
    const own = await everyRow('a')
    await emptyBucket()
    await someBronze()
    await outsideAll()
    expect(await everyRow('a')).toEqual(own)
    expect(await roundWaiting(env, 'a')).toMatchObject({ objects: 0, since: null })
    await archive(env, 'events', [line(1, { redelivered: true }), line(8)])
    await outsideAll()
    expect(await keysIn('a')).toEqual([...KEYS, 'm8'])
    // The Worker finds nothing left, and goes on after it.
    await archive(env, 'events', [line(9)])
    await compactAll()
    expect(await keysIn('a')).toEqual([...KEYS, 'm8', 'm9'])
  })

  test.each(['before', 'after'] as const)(
    'killed %s any step nothing is lost and nothing doubled, whoever goes on',
    async (when) => {
      let survived = false
      for (let n = 1; !survived; n++) {
        const next = ['itself', 'another', 'worker'][(n + (when === 'after' ? 1 : 0)) % 3]
        await emptyBucket()
        await archive(env, 'events', [line(1), line(3, { receivedAt: T0 + HOUR })])
        await archive(env, 'events', [line(1, { redelivered: true }), line(4)])
        const dying = { LAKE: killedBucket(env.LAKE, n, when) }
        survived = await outside({ by: 'dying' }, dying).then(
          () => true,
          (fault: unknown) => {
            if (!(fault instanceof Killed)) throw fault
            return false
          },
        )
        const at = [next, n]
        expect([at, await keysIn('a')]).toEqual([at, KEYS])
        if (next === 'itself') await outside({ by: 'dying' })
        if (next === 'another') await outside({ by: 'other', now: NOW + ROUND_MS })
        if (next === 'worker') await compactRound(env, { by: 'w', now: NOW + ROUND_MS, until: Number.MAX_SAFE_INTEGER })
        expect([at, await keysIn('a')]).toEqual([at, KEYS])
        await compactAll(env, NOW + 10 * MINUTE)
        expect([at, await keysIn('a')]).toEqual([at, KEYS])
        const { tail } = await lakeSnapshot(env.LAKE, 'a')
        expect([at, tail]).toEqual([at, []])
      }
    },
    120_000,
  )

  test('whoever takes over dies as well, at any step', async () => {
    let survived = false
    for (let n = 1; !survived; n++) {
      for (const stage of [3, 9, 30]) {
        await emptyBucket()
        await archive(env, 'events', [line(1), line(3, { receivedAt: T0 + HOUR }), line(4)])
        await outside({ by: 'first' }, { LAKE: killedBucket(env.LAKE, stage, 'after') }).catch(() => {})
        const dying = { ...env, LAKE: killedBucket(env.LAKE, n, 'after') }
        const compactor = { by: 'second', now: NOW + ROUND_MS, until: Number.MAX_SAFE_INTEGER }
        survived = await compactRound(dying, compactor).then(
          () => true,
          () => false,
        )
        expect([n, stage, await keysIn('a')]).toEqual([n, stage, KEYS])
        await compactAll(env, NOW + 10 * MINUTE)
        expect([n, stage, await keysIn('a')]).toEqual([n, stage, KEYS])
      }
    }
  }, 120_000)

  test('the Worker and two others at once: one is at it, the others wait, and everything is there once', async () => {
    for (let n = 0; n < 4; n++) await archive(env, 'events', [line(n)])
    const until = Number.MAX_SAFE_INTEGER
    const both = [outside({ by: 'x' }), outside({ by: 'y' }), compactRound(env, { by: 'w', now: NOW, until })]
    expect((await Promise.all(both)).filter((end) => end === 'done').length).toBeGreaterThan(0)
    await compactAll(env, NOW + 10 * MINUTE)
    expect(await keysIn('a')).toEqual(['m0', 'm1', 'm2', 'm3'])
  })

  test('one that was thought dead comes back, and what it made is refused', async () => {
    await archive(env, 'events', [line(1), line(2)])
    const worker = () => compactAll(env, NOW + ROUND_MS)
    expect(await outside({ meanwhile: worker })).toBe('lost')
    expect(await keysIn('a')).toEqual(['m1', 'm2'])
    const { value: root } = await readRoot(env.LAKE, 'a')
    const { value: state } = await readCompaction(env.LAKE)
    expect([root.abandoned, root.round, state.round, state.open]).toEqual([1, 2, 2, null])
    // It may not even wait: the round is ended between what it sends and what it commits.
    await archive(env, 'events', [line(3)])
    expect(await outside({ now: NOW + HOUR, meanwhile: () => compactAll(env, NOW + HOUR + ROUND_MS) })).toBe('lost')
    expect(await keysIn('a')).toEqual(['m1', 'm2', 'm3'])
  })

  test('what holds the lines of several workspaces is not handed out, and a round is nobody else’s', async () => {
    await archive(env, 'events', [line(1), line(2, {}, named('b'))])
    await archive(env, 'events', [line(3, {}, named('b'))])
    await archive(env, 'events', [line(4, { workspace: '-' })])
    expect(await outside()).toBe('nothing')
    expect(await roundWaiting(env, 'a')).toMatchObject({ objects: 0, others: true })
    await archive(env, 'events', [line(5)])
    const open = await handOut(env, { workspace: 'a', by: 'cli' }, NOW)
    if (typeof open === 'string') throw new Error(open)
    expect(open.objects.length).toBe(1)
    const mine = { workspace: 'a', by: 'cli', round: open.round }
    expect(await heldRound(env, mine, NOW)).toMatchObject({ open: { round: open.round } })
    expect(await heldRound(env, { ...mine, workspace: 'b' }, NOW)).toBeUndefined()
    expect(await heldRound(env, { ...mine, by: 'other' }, NOW)).toBeUndefined()
    expect(await handOut(env, { workspace: 'b', by: 'cli' }, NOW)).toBe('busy')
    await compactAll(env, NOW + ROUND_MS)
    expect([await keysIn('a'), await keysIn('b')]).toEqual([
      ['m1', 'm5'],
      ['m2', 'm3'],
    ])
  })

  test('one that calls goes on for ten minutes, and not for ever', async () => {
    await archive(env, 'events', [line(1)])
    const open = await handOut(env, { workspace: 'a', by: 'cli' }, NOW)
    if (typeof open === 'string') throw new Error(open)
    const mine = { workspace: 'a', by: 'cli', round: open.round }
    for (let at = NOW; at < NOW + 9 * MINUTE; at += MINUTE) expect(await heldRound(env, mine, at)).toBeDefined()
    expect(await compactRound(env, { by: 'w', now: NOW + 9 * MINUTE, until: NOW })).toBe('busy')
    for (let at = NOW + 9 * MINUTE; at < NOW + 12 * MINUTE; at += MINUTE) await heldRound(env, mine, at)
    expect(await compactRound(env, { by: 'w', now: NOW + 12 * MINUTE, until: NOW })).toBe('done')
    expect(await heldRound(env, mine, NOW + 12 * MINUTE)).toBeUndefined()
  })

  test('whose lines wait beside it has a turn between two rounds that are handed out', async () => {
    await archive(env, 'events', [line(1, {}, named('b'))])
    await archive(env, 'events', [line(2)])
    const later = Date.now() + 6 * MINUTE
    expect(await outside({ now: later })).toBe('done')
    await archive(env, 'events', [line(3)])
    expect(await outside({ now: later })).toBe('busy')
    await compactRound(env, { by: 'w', now: later, until: Number.MAX_SAFE_INTEGER })
    await archive(env, 'events', [line(4)])
    expect(await outside({ now: later })).toBe('done')
    expect([await keysIn('a'), await keysIn('b')]).toEqual([['m2', 'm3', 'm4'], ['m1']])
  })

  test('a copy of somebody who was erased meanwhile goes out of bronze, and not into silver', async () => {
    const erased = async (id: string, requestedAt: number) =>
      newErasure(env, {
        workspace: 'a',
        id,
        profile: 'prf_1' as never,
        mode: 'erase',
        scope: { leaves: ['prf_1'], keys: [keyedBy(env, 'a')({ type: 'user_id', match: 'u' })] } as never,
        requestedAt,
      }).run()
    const others = { canonicalId: 'prf_9', leaf: 'prf_9' }
    const body = (userId: string, n: number) => ({
      item: { i: 0, body: { type: 'track', event: 'Click', userId, messageId: `m${n}` } },
      ...others,
    })
    // Theirs by the profile, theirs by an identifier, somebody new with their identifier, and somebody else.
    const four = [line(1), line(2, others), line(3, { ...others, receivedAt: T0 + 2 * MINUTE }), line(4, body('x', 4))]
    await archive(env, 'events', four)
    // They are erased after it has asked: what it made is refused, and made again.
    await erased('era_1', T0 + MINUTE)
    expect(await outside()).toBe('done')
    expect(await keysIn('a')).toEqual(['m3', 'm4'])
    const text = async () => {
      const { objects } = await env.LAKE.list({ prefix: 'bronze/' })
      const bodies = objects.map(async ({ key }) => {
        const stream = (await env.LAKE.get(key))?.body.pipeThrough(new DecompressionStream('gzip'))
        return new Response(stream as ReadableStream).text()
      })
      return (await Promise.all(bodies)).join()
    }
    expect([(await text()).includes('"m1"'), (await text()).includes('"m2"')]).toEqual([false, false])
    await env.DB.prepare("DELETE FROM erasures WHERE workspace = 'a'").run()
    await archive(env, 'events', [line(5), line(6, body('x', 6))])
    expect(await outside({ meanwhile: () => erased('era_2', T0 + HOUR) })).toBe('stale')
    expect(await outside()).toBe('done')
    expect(await keysIn('a')).toEqual(['m3', 'm4', 'm6'])
    await env.DB.prepare("DELETE FROM erasures WHERE workspace = 'a'").run()
  })

  test('what breaks a hard expectation is held, as in the Worker, and counted once', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace)
    await archive(env, 'events', [lineOf(workspace, 1), lineOf(workspace, 2, { total: -1 })])
    const compactor = { workspace: workspace.id, by: 'cli', now: NOW }
    for (let n = 8; n < 40; n += 4)
      await outsideRound({ ...env, LAKE: killedBucket(env.LAKE, n, 'after') }, compactor).catch(() => {})
    while ((await outsideRound(env, compactor)) !== 'nothing');
    expect(await keysIn(workspace.id)).toEqual([])
    const [hold] = await holdsOf(workspace)
    expect(hold).toMatchObject({ state: 'held', tbl: 'events', border: 'silver', rows: 2 })
    expect(JSON.parse(hold?.reasons ?? '')).toMatchObject([{ expectation: 'exp_total', measured: 0.5 }])
    expect(JSON.parse(hold?.objects ?? '').length).toBe(1)
  })

  test('files of the hour that came while it was at work are looked into', async () => {
    await archive(env, 'events', [line(1)])
    const promoted = async () => {
      // Somebody lets rows go that were held: a file comes, and no round has it.
      const place = { stream: 'events' as const, hour: T0, name: 'x' }
      const [partition] = splitLines([{ object: place, n: 0, line: line(1, { redelivered: true }) }], {
        settings: defaultSettings,
        keyOf: null,
      })
      if (!partition) throw new Error('no rows')
      const { table, day, hour, rows } = partition
      const file = await writeSilver(env.LAKE, 'a', table, rows, { generation: 7, repeats: 1 })
      await swapRoot(env.LAKE, 'a', [{ table, day, hour, add: [file], remove: [] }], NOW)
    }
    expect(await outside({ meanwhile: promoted })).toBe('done')
    expect(await keysIn('a')).toEqual(['m1'])
  })

  test('readers see exactly what was applied, whoever compacts and dies', async () => {
    const step = fc.record({
      copies: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 4 }),
      who: fc.constantFrom('outside', 'outside', 'worker', 'nobody'),
      by: fc.constantFrom('x', 'y'),
      passes: fc.constantFrom(0, MINUTE, 5 * MINUTE),
      dies: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await emptyBucket()
        const seen = new Set<number>()
        let now = NOW - HOUR
        for (const { copies, who, by, passes, dies } of steps) {
          const again = (n: number) => (seen.has(n) ? { redelivered: true } : {})
          await archive(
            env,
            'events',
            copies.map((n) => line(n, { receivedAt: T0 + n * MINUTE, ...again(n) })),
          )
          for (const n of copies) seen.add(n)
          now += passes
          const LAKE = dies === undefined ? env.LAKE : killedBucket(env.LAKE, dies, 'after')
          const worker = () => compactRound({ ...env, LAKE }, { by: 'w', now, until: Number.MAX_SAFE_INTEGER })
          const does = { outside: () => outside({ by, now }, { LAKE }), worker, nobody: async () => 'nothing' }
          await does[who]().catch((fault) => {
            if (!(fault instanceof Killed)) throw fault
          })
          expect(await keysIn('a')).toEqual([...seen].map((n) => `m${n}`).sort())
        }
      }),
      { numRuns: 25 },
    )
  })
})
