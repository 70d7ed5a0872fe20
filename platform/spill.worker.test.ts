import { expect, test, vi } from 'vitest'
import { fakeEnv } from '../test/support/fake-env.ts'
import { spillIngest } from './spill.ts'

vi.spyOn(console, 'error').mockImplementation(() => {})

const note = { owner: 'acme', requestId: 'r1', receivedAt: Date.UTC(2026, 2, 15, 23, 59) }
const text =
  '{"v":1,"requestId":"r1","source":"src_a","trust":"public","origin":"live","items":[{"body":{"x":"\\"origin\\":\\"live\\""}}]}'

test('a spilled message stands under its workspace and hour, and says that it was spilled', async () => {
  const { env, bucket } = fakeEnv()
  expect(await spillIngest(env, [text, text], note)).toBe(true)
  expect([...bucket.objects.keys()]).toEqual([
    'spill/acme/2026-03-15T23/r1-0.json',
    'spill/acme/2026-03-15T23/r1-1.json',
  ])
  const stored = JSON.parse(bucket.objects.get('spill/acme/2026-03-15T23/r1-0.json') as string)
  expect(stored).toEqual({ ...JSON.parse(text), origin: 'spill' })
})

test('a bucket that refuses or hangs is told, not thrown', async () => {
  const { env, bucket } = fakeEnv()
  bucket.fault = new Error('internal error')
  expect(await spillIngest(env, [text], note)).toBe(false)
  bucket.fault = 'hang'
  expect(await spillIngest(env, [text], note, 5)).toBe(false)
})
