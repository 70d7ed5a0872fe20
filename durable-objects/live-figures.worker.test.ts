import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { liveStub, METERS, meterStub } from '../platform/stubs.ts'
import { MINUTE } from '../shared/kernel/instant.ts'
import type { Figures } from '../shared/pipeline/figures.ts'
import { countOutcome, emptyReading } from '../shared/pipeline/meter.ts'
import { countAt } from '../shared/pipeline/source-hours.ts'
import { type LiveWatcher, watch } from '../test/support/live-watcher.ts'
import { aMessage, aWorkspace, deliver, settled, type TestWorkspace } from '../test/support/workspace.ts'
import type { MeterObject } from './index.ts'

const EVERYTHING = ['*:workspace']
const track = (event: string, more = {}) => ({ type: 'track', event, userId: 'u', messageId: event, ...more })

/** The figures that were told since, the newest last. */
const figuresIn = ({ said }: LiveWatcher): Figures[] =>
  said.flatMap((message) => (message.type === 'figures' ? [message.figures as Figures] : []))

async function told(watcher: LiveWatcher, isWanted: (figures: Figures) => boolean): Promise<Figures> {
  const { figures } = await watcher.until(({ type, figures }) => type === 'figures' && isWanted(figures))
  return figures
}

/** The alarm as if its time had come. */
const ring = ({ id }: TestWorkspace) => runDurableObjectAlarm(liveStub(env, id))

const alarmOf = ({ id }: TestWorkspace) => runInDurableObject(liveStub(env, id), (_, state) => state.storage.getAlarm())

function sums(figures: readonly Figures[]): Record<string, number> {
  const slots = new Map(figures.flatMap((one) => one.slots.map(({ from, counts }) => [from, counts] as const)))
  const total: Record<string, number> = {}
  for (const counts of slots.values())
    for (const [kind, n] of Object.entries(counts)) total[kind] = (total[kind] ?? 0) + n
  return total
}

describe('who watches figures', () => {
  test('is told what came of events before, and of those that come', async () => {
    const ws = await aWorkspace()
    await deliver([
      aMessage(ws, [track('a'), track('a'), { type: 'track', userId: 'u', messageId: 'bad' }, track('b')]),
      aMessage(ws, [{ type: 'track', event: 'nobody', userId: 'null', messageId: 'n' }]),
    ])
    const watcher = await watch(ws, '?figures=1', EVERYTHING)
    const first = await told(watcher, () => true)
    expect(sums([first])).toEqual({ applied: 2, duplicate: 1, rejected: 1, dropped: 1 })
    expect(first).toMatchObject({ day: { accepted: 4, rejected: 1, dropped: 1 }, lag: { events: 2 }, slotMs: 5_000 })
    await deliver([aMessage(ws, [track('c'), track('d', { userId: 'v' })])])
    await settled(ws)
    await ring(ws)
    await told(watcher, ({ day }) => day.accepted === 6)
    expect(sums(figuresIn(watcher))).toEqual({ applied: 4, duplicate: 1, rejected: 1, dropped: 1 })
  })

  test('is told who is known and active, and who came into segments; what stands is looked at every ten seconds', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'new', messageId: '1', traits: { plan: 'pro' } },
        {
          type: 'identify',
          userId: 'old',
          messageId: '2',
          timestamp: '2026-01-01T00:00:00Z',
          traits: { plan: 'free' },
        },
      ]),
    ])
    await settled(ws)
    let people: unknown
    for (let tries = 0; tries < 200; tries++) {
      const watcher = await watch(ws, '?figures=true', EVERYTHING)
      const figures = await told(watcher, () => true)
      people = { people: figures.people, segments: figures.segments }
      watcher.socket.close()
      await watcher.closed
      if (figures.people?.known === 2 && figures.segments?.entered === 1) break
      await evictDurableObject(liveStub(env, ws.id))
    }
    expect(people).toEqual({ people: { known: 2, active: 1 }, segments: { entered: 1, exited: 0 } })
  })

  test('counts dead letters that wait, of this workspace alone', async () => {
    const [ours, theirs] = [await aWorkspace(), await aWorkspace()]
    await env.DB.batch(
      [ours, ours, theirs].map(({ id }, i) =>
        env.DB.prepare(
          "INSERT INTO dead_letters (workspace, id, stage, reason, attempts, at, body) VALUES (?, ?, 'plan', 'x', 1, 0, '{}')",
        ).bind(id, `letter-${i}`),
      ),
    )
    await deliver([aMessage(theirs, [track('theirs')])])
    const [us, them] = [await watch(ours, '?figures=1', EVERYTHING), await watch(theirs, '?figures=1', EVERYTHING)]
    expect(await told(us, () => true)).toMatchObject({ deadLetters: { waiting: 2 }, slots: [], day: { accepted: 0 } })
    expect(await told(them, () => true)).toMatchObject({ deadLetters: { waiting: 1 }, day: { accepted: 1 } })
  })

  test('is not told of what its token may not read, and of the queues only in the workspace of the operators', async () => {
    const ws = await aWorkspace()
    const narrow = await watch(ws, '?figures=1', ['events:read'])
    const nothing = { people: null, segments: null, deadLetters: null, queues: null }
    expect(await told(narrow, () => true)).toMatchObject(nothing)
    const wide = await watch(ws, '?figures=1', EVERYTHING)
    expect(await told(wide, () => true)).toMatchObject({ people: { known: 0, active: 0 }, queues: null })
    const operators = await aWorkspace()
    const theirs = await watch(operators, '?figures=1', ['*'])
    expect((await told(theirs, () => true)).queues).toEqual({ waiting: expect.any(Number), oldestMs: null })
  })

  test('asks for it: others are told none, and while nobody does no alarm is set', async () => {
    const ws = await aWorkspace()
    const other = await watch(ws, '?figures=0', EVERYTHING)
    await deliver([aMessage(ws, [track('a')])])
    await other.until(({ event }) => event?.name === 'a')
    expect([figuresIn(other), await alarmOf(ws)]).toEqual([[], null])
    const watcher = await watch(ws, '?figures=1', EVERYTHING)
    await told(watcher, () => true)
    for (let tries = 0; (await alarmOf(ws)) === null; tries++) {
      expect(tries).toBeLessThan(200)
      await new Promise((resume) => setTimeout(resume, 5))
    }
    watcher.socket.close(1000, 'enough')
    await watcher.closed
    await ring(ws)
    expect([figuresIn(other), await alarmOf(ws)]).toEqual([[], null])
  })

  test('has room for the longest filter beside what it is told', async () => {
    const ws = await aWorkspace()
    const query = new URLSearchParams({ figures: '1', profile: `email:${'ж'.repeat(390)}`, text: 'ж'.repeat(200) })
    const watcher = await watch(ws, `?${query}`, EVERYTHING)
    expect((await told(watcher, () => true)).people).not.toBeNull()
  })

  test('pauses and hears nothing, and is told the whole half hour when it goes on', async () => {
    const ws = await aWorkspace()
    const watcher = await watch(ws, '?figures=1', EVERYTHING)
    await told(watcher, () => true)
    await watcher.answer({ type: 'pause' }, 'paused')
    const before = figuresIn(watcher).length
    await deliver([aMessage(ws, [track('a')])])
    await ring(ws)
    expect([figuresIn(watcher).length, await alarmOf(ws)]).toEqual([before, null])
    await watcher.answer({ type: 'resume' }, 'resumed')
    expect(sums([await told(watcher, ({ day }) => day.accepted === 1)])).toEqual({ applied: 1 })
  })

  test('goes on after hub and meter were put out of memory', async () => {
    const ws = await aWorkspace()
    const watcher = await watch(ws, '?figures=1', EVERYTHING)
    await deliver([aMessage(ws, [track('a')])])
    await evictDurableObject(liveStub(env, ws.id))
    for (const meter of METERS) await evictDurableObject(meterStub(env, ws.id, meter))
    await deliver([aMessage(ws, [track('b')])])
    await ring(ws)
    await told(watcher, ({ day }) => day.accepted === 2)
    expect(sums(figuresIn(watcher))).toEqual({ applied: 2 })
  })

  test('with a token that was revoked is told so with the next figures', async () => {
    const ws = await aWorkspace()
    const { tokenId, closed } = await watch(ws, '?figures=1', EVERYTHING)
    await env.DB.prepare('DELETE FROM tokens WHERE id = ?').bind(tokenId).run()
    await evictDurableObject(liveStub(env, ws.id))
    await ring(ws)
    expect((await closed).code).toBe(4401)
  })
})

test('a meter that folded its rows still says when their events were', async () => {
  const ws = await aWorkspace()
  const stub = meterStub(env, ws.id, '0')
  const now = Date.now()
  await runInDurableObject<MeterObject, void>(stub as unknown as DurableObjectStub<MeterObject>, async (meter) => {
    for (let i = 0; i < 5_200; i++) {
      const reading = emptyReading()
      const outcome = { kind: 'applied' as const }
      countOutcome(reading.counts, outcome)
      countAt((reading.sources ??= {}), ws.source, now - MINUTE, outcome)
      await meter.record(now - MINUTE + i, [{ message: `m${i}`, copies: 1, reading }])
    }
  })
  const before = await stub.pulse(now, 0)
  await evictDurableObject(stub)
  expect(await stub.pulse(now, 0)).toEqual(before)
  const copies = Object.values(before.slots).map(({ counts }) => counts.applied ?? 0)
  expect([copies.reduce((sum, n) => sum + n, 0), copies.length > 1]).toEqual([5_200, true])
})
