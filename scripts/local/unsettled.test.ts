import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalFacts } from './control.ts'
import { Unsettled } from './unsettled.ts'

const facts: LocalFacts = {
  token: 't',
  queueBindings: [],
  consumers: { events: { retryDelay: 0, dropsAfter: null }, dead: { retryDelay: 60, dropsAfter: 3 } },
  workerFirst: [],
}

/** A batch that writes down which delays it was given. */
function batchOf(queue: string, ids: readonly string[], attempts = 1) {
  const delays: Record<string, number | undefined> = {}
  const messages = ids.map((id) => ({
    id,
    attempts,
    timestamp: new Date(0),
    body: `body of ${id}`,
    ack() {},
    retry: (options?: QueueRetryOptions) => {
      delays[id] = options?.delaySeconds
    },
  }))
  const batch: MessageBatch<string> = {
    queue,
    messages,
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    ackAll() {},
    retryAll: (options?: QueueRetryOptions) => {
      delays['*'] = options?.delaySeconds
    },
  }
  return { batch, delays }
}

const never = () => false

describe('unsettled messages', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
  afterEach(() => void vi.useRealTimers())

  it('are those a consumer works on, until it has finished', () => {
    const unsettled = new Unsettled()
    const watch = unsettled.watch(batchOf('events', ['a', 'b']).batch, facts, never)
    expect([unsettled.inFlight(), unsettled.size]).toEqual([2, 2])
    expect(watch.batch.messages.map((message) => message.body)).toEqual(['body of a', 'body of b'])
    watch.batch.messages[0]?.ack()
    watch.done(false)
    expect(unsettled.size).toBe(0)
  })

  it('are those that wait out a retry delay, until they have come again and are done', () => {
    const unsettled = new Unsettled()
    const { batch, delays } = batchOf('events', ['a', 'b'])
    const watch = unsettled.watch(batch, facts, never)
    watch.batch.messages[0]?.retry({ delaySeconds: 5 })
    watch.done(false)
    expect(delays).toEqual({ a: 5 })
    expect([unsettled.delayed(1_000_000), unsettled.size]).toEqual([1, 1])
    expect([unsettled.delayed(1_005_000), unsettled.size]).toEqual([0, 1])
    unsettled.watch(batchOf('events', ['a'], 2).batch, facts, never).done(false)
    expect(unsettled.size).toBe(0)
  })

  it('stay so when the consumer throws, with the delay of the queue', () => {
    const unsettled = new Unsettled()
    unsettled.watch(batchOf('dead', ['a']).batch, facts, never).done(true)
    expect(unsettled.delayed(1_059_999)).toBe(1)
    expect(unsettled.delayed(1_060_000)).toBe(0)
  })

  it('are given up when the broker drops them, but not when a dead-letter queue takes them', () => {
    const unsettled = new Unsettled()
    unsettled.watch(batchOf('dead', ['a'], 3).batch, facts, never).done(true)
    unsettled.watch(batchOf('events', ['b'], 99).batch, facts, never).done(true)
    expect(unsettled.size).toBe(1)
  })

  it('come again within a second while the process is ending', () => {
    const unsettled = new Unsettled()
    const { batch, delays } = batchOf('dead', ['a', 'b'])
    const watch = unsettled.watch(batch, facts, () => true)
    watch.batch.messages[0]?.retry()
    watch.batch.retryAll({ delaySeconds: 300 })
    watch.done(false)
    expect(delays).toEqual({ a: 1, '*': 1 })
    expect(unsettled.delayed(1_000_999)).toBe(2)
    expect(unsettled.delayed(1_001_000)).toBe(0)
  })
})
