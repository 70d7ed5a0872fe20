import { describe, expect, test, vi } from 'vitest'
import { fakeEnv } from '../test/support/fake-env.ts'
import { replaySpill } from './replay-spill.ts'

vi.spyOn(console, 'log').mockImplementation(() => {})
vi.spyOn(console, 'warn').mockImplementation(() => {})

function spilled(count: number) {
  const fake = fakeEnv()
  for (let i = 0; i < count; i++) fake.bucket.objects.set(`spill/acme/2026-03-15T10/r${i}-0.json`, `{"n":${i}}`)
  fake.bucket.objects.set('bronze/events/x', 'not ours')
  return fake
}

describe('replaySpill', () => {
  test('brings everything back and leaves nothing behind', async () => {
    const { env, bucket, events0, events1 } = spilled(120)
    expect(await replaySpill(env)).toBe(120)
    expect(new Set([...events0.texts, ...events1.texts]).size).toBe(120)
    expect([...bucket.objects.keys()]).toEqual(['bronze/events/x'])
    expect(await replaySpill(env)).toBe(0)
  })

  test('an object whose message no queue took stays', async () => {
    const { env, bucket, events0, events1 } = spilled(3)
    events0.fault = events1.fault = undefined
    events0.sendBatch = events1.sendBatch = async () => {
      throw new Error('Queue is overloaded')
    }
    expect(await replaySpill(env)).toBe(0)
    expect(bucket.objects.size).toBe(4)
  })

  test('dying between send and delete repeats messages and loses none', async () => {
    const { env, bucket, events0, events1 } = spilled(2)
    const remove = bucket.delete.bind(bucket)
    bucket.delete = async () => {
      throw new Error('killed')
    }
    await expect(replaySpill(env)).rejects.toThrow('killed')
    bucket.delete = remove
    await replaySpill(env)
    expect([...events0.texts, ...events1.texts].sort()).toEqual(['{"n":0}', '{"n":0}', '{"n":1}', '{"n":1}'])
    expect(bucket.objects.size).toBe(1)
  })

  test('a run is bounded in objects, in time, and by what already waits in the queues', async () => {
    const { env, events1, bucket } = spilled(120)
    expect(await replaySpill(env, { mostObjects: 60 })).toBe(60)
    let clock = 0
    expect(await replaySpill(env, { mostMs: 10, now: () => (clock += 11) })).toBe(0)
    events1.backlogCount = 2_000
    expect(await replaySpill(env)).toBe(0)
    expect(bucket.objects.size).toBe(61)
  })
})
