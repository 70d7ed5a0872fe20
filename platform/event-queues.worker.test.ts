import { describe, expect, test, vi } from 'vitest'
import { fakeEnv } from '../test/support/fake-env.ts'
import { enqueueIngest, eventQueues } from './event-queues.ts'
import { patience } from './patience.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})

const refusal = new Error('Too Many Requests')

describe('enqueueIngest', () => {
  test('one person of one source always goes to the same shard, and people are spread over all shards', async () => {
    const { env, events0, events1 } = fakeEnv()
    for (let i = 0; i < 5; i++) await enqueueIngest(env, ['{}'], 'src_a', 'ann')
    expect([events0.texts.length, events1.texts.length].sort()).toEqual([0, 5])
    for (let i = 0; i < 40; i++) await enqueueIngest(env, ['{}'], 'src_a', `person ${i}`)
    expect(Math.min(events0.texts.length, events1.texts.length)).toBeGreaterThan(8)
  })

  test('a third shard is one more binding, and takes its share', async () => {
    const { env, events0, events1 } = fakeEnv()
    const third = fakeEnv()
    const wider = { ...env, EVENTS_2: third.env.EVENTS_0 } as Env
    for (let i = 0; i < 60; i++) await enqueueIngest(wider, ['{}'], 's', `p${i}`)
    for (const shard of [events0, events1, third.events0]) expect(shard.texts.length).toBeGreaterThan(5)
    expect(eventQueues(wider).map(({ name }) => name)).toEqual([
      'tributary-events-0',
      'tributary-events-1',
      'tributary-events-2',
    ])
  })

  test('a shard that refuses is passed over, and tried again with the next request', async () => {
    const { env, events0, events1 } = fakeEnv()
    events0.fault = refusal
    for (let i = 0; i < 10; i++) expect(await enqueueIngest(env, ['{}'], 's', `p${i}`)).toEqual([])
    expect(events1.texts.length).toBe(10)
    events0.fault = undefined
    for (let i = 0; i < 10; i++) await enqueueIngest(env, ['{}'], 's', `p${i}`)
    expect(events0.texts.length).toBeGreaterThan(0)
  })

  test('a shard that hangs counts as refused, and rests for a while so that nobody else waits for it', async () => {
    const { env, events0, events1 } = fakeEnv()
    events0.fault = 'hang'
    let clock = 1_000_000
    const options = { hangMs: 20, now: () => clock }
    for (let i = 0; i < 10; i++) expect(await enqueueIngest(env, ['{}'], 's', `p${i}`, options)).toEqual([])
    expect(events1.texts.length).toBe(10)
    events0.fault = undefined
    for (let i = 0; i < 10; i++) await enqueueIngest(env, ['{}'], 's', `p${i}`, options)
    expect(events0.texts.length).toBe(0)
    clock += 10_001
    for (let i = 0; i < 10; i++) await enqueueIngest(env, ['{}'], 's', `p${i}`, options)
    expect(events0.texts.length).toBeGreaterThan(0)
  })

  test('what no shard took comes back, and only that', async () => {
    const { env, events0, events1 } = fakeEnv()
    const big = (n: number) => `{"n":${n},"x":"${'x'.repeat(100_000)}"}`
    const texts = [big(1), big(2), big(3)]
    events0.fault = refusal
    // The second group finds both shards refusing.
    const send = events1.sendBatch.bind(events1)
    events1.sendBatch = async (messages) => {
      if (messages.some(({ body }) => body.startsWith('{"n":3'))) throw refusal
      return send(messages)
    }
    expect(await enqueueIngest(env, texts, 's', 'p')).toEqual([big(3)])
    expect(events1.texts).toEqual([big(1), big(2)])
  })

  test('one call carries at most 100 messages and 250 KB', async () => {
    const { env, events0, events1 } = fakeEnv()
    await enqueueIngest(env, new Array(130).fill('{}'), 's', 'p')
    await enqueueIngest(env, new Array(5).fill(`"${'é'.repeat(30_000)}"`), 's', 'p')
    const calls = [...events0.calls, ...events1.calls]
    expect(calls.map((call) => call.length).sort((a, b) => a - b)).toEqual([1, 4, 30, 100])
    for (const call of calls) expect(Buffer.byteLength(call.join(''))).toBeLessThan(250_000)
  })
})

test('patience ends a wait, and says how it ended', async () => {
  expect(await patience(1_000, Promise.resolve(1))).toEqual({ kind: 'done', value: 1 })
  expect(await patience(1_000, Promise.reject(refusal))).toEqual({ kind: 'failed', fault: refusal })
  expect(await patience(5, new Promise(() => {}))).toEqual({ kind: 'hung' })
})
