import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { openWarehouse } from '../../platform/warehouse-open.ts'
import { HOUR } from '../../shared/kernel/instant.ts'
import type { Row } from '../../shared/lake/columns.ts'
import { ownerOf, ownersOf } from '../../shared/lake/owners.ts'
import { Crash, crashing } from './sync-crashes.ts'
import { aMerge, anEvent, aSplit, DAY, dayOf, type Storage, SyncWorld } from './sync-world.ts'

/**
 * What every warehouse owes, whatever its language: the tables as the lake has them, under their present owners, without
 * those who were erased, and the same after the program was killed anywhere. Run by each adapter against its engine.
 */
export interface Engine {
  readonly type: string
  storage(): Storage
  /** Settings of a place of its own. */
  settings(): Record<string, unknown>
  /** Rows as their readers see them, in any order; times in epoch milliseconds, objects as values. */
  read(settings: Record<string, unknown>, table: string, columns: readonly string[]): Promise<readonly Row[]>
  readonly open?: typeof openWarehouse
  /** How often stories of chance are told. */
  readonly stories?: number
}

const DAY_1 = dayOf('2026-11-20')
const DAY_2 = dayOf('2026-11-21')

export function aProfile(id: string, traits: Row = {}): Row {
  return {
    canonical_id: id,
    identifiers: { user_id: [id] },
    traits,
    computed_traits: {},
    first_seen: DAY_1,
    last_seen: DAY_2,
    event_count: 1,
    event_counts: {},
    version: 1,
  } as Row
}

export function aSession(id: string, day: number, events: number): Row {
  return {
    canonical_id: id,
    started_at: day,
    ended_at: day + HOUR,
    events,
    first_event: 'a',
    last_event: 'b',
    continued: false,
    [DAY]: day,
  }
}

export function warehouseSuite(engine: Engine): void {
  const { type, open } = engine
  const how = open ? { open } : {}

  async function aWorld(options: Parameters<typeof SyncWorld.make>[3] = {}) {
    const settings = engine.settings()
    return { settings, world: await SyncWorld.make(engine.storage(), type, settings, options) }
  }

  async function read(settings: Record<string, unknown>, table: string, columns: readonly string[]) {
    const rows = await engine.read(settings, table, columns)
    return rows.map((row) => JSON.stringify(columns.map((name) => row[name] ?? null))).sort()
  }

  const said = (rows: readonly Row[], columns: readonly string[]) =>
    rows.map((row) => JSON.stringify(columns.map((name) => row[name] ?? null))).sort()

  const EVENT = ['message_id', 'source', 'canonical_id', 'leaf', 'received_at', 'name', 'properties', 'late']

  /** What the warehouse has is what the lake has, under its present owners. */
  async function expectSame(world: SyncWorld, settings: Record<string, unknown>) {
    const owners = ownersOf(await world.rows('changes'))
    const events = (await world.rows('events')).map((row) => ({
      ...row,
      canonical_id: ownerOf(owners, String(row['leaf'])),
    }))
    expect(await read(settings, 'events', EVENT)).toEqual(said(events, EVENT))
    const gold = await world.goldRows()
    for (const [table, columns] of [
      ['profiles', ['canonical_id', 'traits', 'first_seen', 'event_count']],
      ['sessions', ['canonical_id', 'started_at', 'events']],
      ['segment_members', ['segment', 'canonical_id', 'entered_at', 'exited_at']],
    ] as const)
      expect([table, await read(settings, table, columns)]).toEqual([table, said(gold[table] ?? [], columns)])
  }

  test('every table comes over with its values, and only what changed comes again', async () => {
    const { settings, world } = await aWorld()
    await world.add('events', [anEvent(1, 'ann', DAY_1), anEvent(2, 'bob', DAY_1 + HOUR), anEvent(3, 'ann', DAY_2)])
    await world.gold({
      profiles: [aProfile('ann', { plan: 'vip', text: 'it\'s "this" \\ that\n' }), aProfile('bob')],
      sessions: [aSession('ann', DAY_1, 2), aSession('ann', DAY_2, 1)],
      segment_members: [{ segment: 'vip', canonical_id: 'ann', entered_at: DAY_1, exited_at: null }],
    })
    expect(await world.run(how)).toMatchObject({ finished: true, result: { slicesLeft: 0 } })
    await expectSame(world, settings)
    expect(await world.run(how)).toMatchObject({ finished: true, result: { rows: 0 } })
    await world.add('events', [anEvent(4, 'ann', DAY_2)])
    await world.gold({
      profiles: [aProfile('ann', { plan: 'free' })],
      sessions: [aSession('ann', DAY_1, 2), aSession('ann', DAY_2, 5)],
    })
    await world.run(how)
    await expectSame(world, settings)
    await world.tidy()
    await world.run(how)
    await expectSame(world, settings)
    expect(await world.verify(how)).toMatchObject({ ok: true })
  })

  test('a day of gold that is still kept and has nothing left is emptied, also when it was half brought over', async () => {
    const { settings, world } = await aWorld()
    await world.gold({ sessions: [aSession('ann', DAY_1, 1), aSession('bob', DAY_2, 1)] })
    await world.run(how)
    await world.gold({ sessions: [aSession('ann', DAY_1, 2), aSession('bob', DAY_2, 1)] })
    // Planned, and begun.
    for (let i = 0; i < 3; i++) await world.step({ ...how, stepMs: 0 })
    await world.gold({ sessions: [aSession('bob', DAY_2, 1)] })
    await world.run(how)
    await world.run(how)
    await expectSame(world, settings)
  })

  test('a merge gives the loser’s events to the winner, a split gives them back, and what comes later goes the same way', async () => {
    const { settings, world } = await aWorld({ tables: ['events'] })
    const owners = async () =>
      Object.fromEntries(
        (await engine.read(settings, 'events', ['message_id', 'canonical_id'])).map((row) => [
          row['message_id'],
          row['canonical_id'],
        ]),
      )
    await world.add('events', [anEvent(1, 'ann', DAY_1), anEvent(2, 'bob', DAY_1)])
    await world.run(how)
    await world.add('changes', [aMerge(1, 'ann', 'bob', DAY_2)])
    await world.add('events', [anEvent(3, 'ann', DAY_2, { leaf: 'bob' }), anEvent(4, 'bob', DAY_2)])
    await world.run(how)
    expect(await owners()).toEqual({ m1: 'ann', m2: 'ann', m3: 'ann', m4: 'ann' })
    await world.add('changes', [aSplit(2, 1, 'ann', 'bob', DAY_2)])
    await world.run(how)
    expect(await owners()).toEqual({ m1: 'ann', m2: 'bob', m3: 'bob', m4: 'bob' })
  })

  test('who is erased goes from every table, under every name they had, and does not come back', async () => {
    const { settings, world } = await aWorld()
    await world.add('events', [anEvent(1, 'ann', DAY_1), anEvent(2, 'bob', DAY_1), anEvent(3, 'cat', DAY_1)])
    await world.add('changes', [aMerge(1, 'ann', 'bob', DAY_1)])
    await world.gold({
      profiles: [aProfile('ann'), aProfile('cat')],
      sessions: [aSession('ann', DAY_1, 1), aSession('cat', DAY_1, 1)],
    })
    await world.run(how)
    await world.erase('ann', ['ann', 'bob'])
    await world.run(how)
    for (const table of ['events', 'profiles', 'sessions'])
      expect([table, await read(settings, table, ['canonical_id'])]).toEqual([table, ['["cat"]']])
    await world.run(how)
    await expectSame(world, settings)
  })

  test('killed before and after every call, and every step done twice, it ends the same: nothing twice, nothing lost', async () => {
    const { settings, world } = await aWorld({ tables: ['events', 'profiles', 'segment_members', 'sessions'] })
    const crashes = crashing(open)
    const options = { open: crashes.open, env: crashes.env(world.env), stepMs: 0, twice: true }
    const untilDone = async () => {
      for (let tries = 0; tries < 2_000; tries++) {
        const step = await world.step(options).catch((fault: unknown) => {
          if (!(fault instanceof Crash)) throw fault
          return undefined
        })
        if (step?.failed !== undefined) throw new Error(step.failed)
        if (step?.finished) return
      }
      throw new Error('the run does not end')
    }
    await world.add('events', [anEvent(1, 'ann', DAY_1), anEvent(2, 'bob', DAY_1 + HOUR), anEvent(3, 'eve', DAY_2)])
    await world.gold({
      profiles: [aProfile('ann'), aProfile('bob'), aProfile('eve')],
      sessions: [aSession('ann', DAY_1, 1)],
    })
    await untilDone()
    await world.add('changes', [aMerge(1, 'ann', 'bob', DAY_2)])
    await world.add('events', [anEvent(4, 'ann', DAY_2, { leaf: 'bob' })])
    await world.tidy()
    await world.erase('eve', ['eve'])
    await untilDone()
    expect(crashes.count()).toBeGreaterThan(40)
    await expectSame(world, settings)
  }, 240_000)

  test('whatever happens between runs, in whatever order, the warehouse ends as the lake is', async () => {
    const act = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          act: fc.constant('events' as const),
          people: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          act: fc.constant('merge' as const),
          a: fc.integer({ min: 0, max: 4 }),
          b: fc.integer({ min: 0, max: 4 }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ act: 'split' as const }) },
      { weight: 1, arbitrary: fc.constant({ act: 'tidy' as const }) },
      {
        weight: 2,
        arbitrary: fc.record({
          act: fc.constant('gold' as const),
          people: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ act: fc.constant('erase' as const), who: fc.integer({ min: 0, max: 4 }) }) },
      { weight: 3, arbitrary: fc.record({ act: fc.constant('run' as const), steps: fc.integer({ min: 1, max: 12 }) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), async (acts) => {
        const { settings, world } = await aWorld({ tables: ['events', 'profiles', 'segment_members', 'sessions'] })
        const gone = new Set<number>()
        const merges: { seq: number; winner: string; loser: string }[] = []
        let [n, seq] = [0, 0]
        const alive = (people: readonly number[]) => people.filter((one) => !gone.has(one))
        for (const one of acts) {
          const owners = ownersOf(await world.rows('changes'))
          switch (one.act) {
            case 'events':
              await world.add(
                'events',
                alive(one.people).map((who) =>
                  anEvent((n += 1), ownerOf(owners, `p${who}`), DAY_1 + n * 7_000_000, { leaf: `p${who}` }),
                ),
              )
              break
            case 'merge': {
              const [winner, loser] = [ownerOf(owners, `p${one.a}`), ownerOf(owners, `p${one.b}`)]
              if (winner === loser || gone.has(one.a) || gone.has(one.b)) break
              merges.push({ seq: (seq += 1), winner, loser })
              await world.add('changes', [aMerge(seq, winner, loser, DAY_2)])
              break
            }
            case 'split': {
              const last = merges.pop()
              if (last) await world.add('changes', [aSplit((seq += 1), last.seq, last.winner, last.loser, DAY_2)])
              break
            }
            case 'tidy':
              await world.tidy()
              break
            case 'gold':
              await world.gold({
                profiles: [...new Set(alive(one.people))].map((who) => aProfile(`p${who}`, { n })),
                sessions: [...new Set(alive(one.people))].map((who, i) =>
                  aSession(`p${who}`, i % 2 ? DAY_1 : DAY_2, n),
                ),
              })
              break
            case 'erase': {
              // With everybody who is one with them, as an erasure does.
              const owner = ownerOf(owners, `p${one.who}`)
              const leaves = [0, 1, 2, 3, 4].filter((who) => ownerOf(owners, `p${who}`) === owner)
              if (leaves.some((who) => gone.has(who))) break
              for (const who of leaves) gone.add(who)
              await world.erase(
                owner,
                leaves.map((who) => `p${who}`),
              )
              merges.length = 0
              break
            }
            case 'run':
              for (let i = 0; i < one.steps; i++) if ((await world.step({ ...how, stepMs: 0 })).finished) break
              break
          }
        }
        await world.run(how)
        await world.run(how)
        await expectSame(world, settings)
      }),
      { numRuns: engine.stories ?? 3, endOnFailure: true },
    )
  }, 300_000)
}
