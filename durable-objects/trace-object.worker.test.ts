import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { traceStub } from '../platform/stubs.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'
import type { Watcher } from '../shared/pipeline/live.ts'
import type { TraceLine } from '../shared/pipeline/trace.ts'
import type { TraceObject } from './trace-object.ts'

let serial = 0
const aTrace = () => traceStub(env, `trace-${++serial}-${crypto.randomUUID()}`, '0')

const aLine = (messageId: string, overrides: Partial<TraceLine> = {}): TraceLine => ({
  messageId,
  copyId: `${messageId}.0`,
  source: 's',
  receivedAt: 0,
  decidedAt: 0,
  attempts: 1,
  outcome: { kind: 'applied' },
  flags: [],
  refused: [],
  ...overrides,
})

const rowsOf = (stub: ReturnType<typeof aTrace>) =>
  runInDurableObject(
    stub as unknown as DurableObjectStub<TraceObject>,
    (_, state) => state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM batch').one().n,
  )

describe('the trace of a workspace', () => {
  test('keeps a sample of what went well above 60,000 events a minute, and every failure', async () => {
    const trace = aTrace()
    const now = Date.now()
    const many = Array.from({ length: 15_000 }, (_, i) => aLine(`m${i}`))
    for (let round = 0; round < 4; round++) await trace.record(now, many)
    const rejected = { outcome: { kind: 'rejected', reason: 'missing_name' } } as const
    await trace.record(now, [aLine('fine'), aLine('bad', rejected), aLine('refused', { refused: ['limit'] })])
    const found = await Promise.all(['fine', 'bad', 'refused'].map((id) => trace.find(id)))
    expect(found.map(({ length }) => length)).toEqual([0, 1, 1])
    // Another minute has room again.
    await trace.record(now + 60_000, [aLine('later')])
    expect((await trace.find('later')).length).toBe(1)
  })

  test('is forgotten after seven days, also when nothing comes any more', async () => {
    const trace = aTrace()
    const now = Date.now()
    await trace.record(now - 7 * DAY + HOUR, [aLine('kept')])
    await trace.recordDeliveries(now - 8 * DAY, [
      { messageId: 'old', destination: 'd', outcome: 'delivered', attempts: 1, at: now - 8 * DAY },
    ])
    await trace.record(now - 8 * DAY, [aLine('old')])
    await runDurableObjectAlarm(trace)
    const found = [await trace.find('old'), await trace.findDeliveries('old'), await trace.find('kept')]
    expect(found.map(({ length }) => length)).toEqual([0, 0, 1])
    expect(await rowsOf(trace)).toBe(1)
  })

  test('knows who watches, after an eviction as well, and believes the later word', async () => {
    const trace = aTrace()
    const watcher: Watcher = { id: 'w', filter: { events: ['x'] }, seesPeople: false }
    const watching = async () => (await trace.record(Date.now(), [])).map(({ id }) => id)
    expect(await watching()).toEqual([])
    await trace.watch(5, [watcher])
    await trace.watch(4, [])
    await evictDurableObject(trace)
    expect(await watching()).toEqual(['w'])
    await trace.watch(6, [])
    expect(await watching()).toEqual([])
  })

  test('looks through so much at once, and goes on where it stopped', async () => {
    const trace = aTrace()
    const now = Date.now()
    for (let i = 0; i < 6; i++) {
      await trace.record(now, [aLine(`a${i}`, { name: 'rare' }), aLine(`b${i}`, { name: 'x'.repeat(400_000) })])
    }
    const question = { limit: 2, since: now - HOUR, name: 'rare' }
    const first = await trace.list(question)
    expect(first.found.map(({ line }) => line.messageId)).toEqual(['a5', 'a4'])
    const second = await trace.list({ ...question, limit: 10, before: first.end ?? undefined })
    expect(second.found.map(({ line }) => line.messageId)).toEqual(['a3', 'a2', 'a1', 'a0'])
    expect(second.end).toBeNull()
    expect((await trace.list({ ...question, since: now + 1 })).found).toEqual([])
  })
})
