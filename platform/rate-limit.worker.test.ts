import { expect, test } from 'vitest'
import { waitFor } from './rate-limit.ts'

test('each source has its own bucket', () => {
  expect([waitFor('a', 1, 0), waitFor('b', 1, 0), waitFor('a', 1, 0), waitFor('b', 1, 0)]).toEqual([0, 0, 60, 60])
})

test('the memory of an isolate is bounded: the bucket that was made first is forgotten first', () => {
  waitFor('first', 1, 0)
  waitFor('second', 1, 0)
  for (let i = 0; i < 9_999; i++) waitFor(`many${i}`, 1, 0)
  expect(waitFor('second', 1, 0)).toBe(60)
  expect(waitFor('first', 1, 0)).toBe(0)
})
