import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refilled, UNLIMITED } from './allowance.ts'

test('in any stretch of time no more is allowed than a second’s worth and what flowed in', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(gaps, fc.double({ min: 0.25, max: 50, noNaN: true }), (gaps, perSecond) => {
      let [now, taken] = [1_000_000, 0]
      let allowance = refilled(UNLIMITED, perSecond, now)
      const begun = now
      for (const gap of gaps) {
        now += gap
        allowance = refilled(allowance, perSecond, now)
        while (allowance.left >= 1) {
          allowance = { ...allowance, left: allowance.left - 1 }
          taken += 1
        }
      }
      expect(taken).toBeLessThanOrEqual(Math.max(1, perSecond) + ((now - begun) * perSecond) / 1_000 + 1e-6)
    }),
  )
})

test('whoever waits until the time that is told may go', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.25, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (rate, left) => {
        const empty = refilled({ left, nextAt: 0, at: 500 }, rate, 500)
        if (empty.left < 1) expect(refilled(empty, rate, empty.nextAt).left).toBeGreaterThanOrEqual(1 - 1e-9)
      },
    ),
  )
})

test('no limit is no limit, and a limit that comes later begins with a second of it', () => {
  expect(refilled(UNLIMITED, null, 5).left).toBe(Number.POSITIVE_INFINITY)
  expect(refilled(UNLIMITED, 8, 5).left).toBe(8)
})
