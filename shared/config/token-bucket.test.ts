import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bucket, taken } from './token-bucket.ts'

const perMinutes = fc.integer({ min: 1, max: 1_000_000 })
const gaps = fc.array(fc.integer({ min: -2_000, max: 90_000 }), { minLength: 1, maxLength: 200 })

describe('a token bucket', () => {
  test('in any stretch of time there pass at most a full bucket and what flowed in during that time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), gaps, (perMinute, steps) => {
        let [bucket, now, latest]: [Bucket | undefined, number, number] = [undefined, 1_000_000, 0]
        const passes: number[] = []
        for (const gap of steps) {
          now += gap
          latest = Math.max(latest, now)
          const next = taken(bucket, perMinute, now)
          bucket = next.bucket
          if (next.waitSeconds === 0) passes.push(latest)
        }
        for (let i = 0; i < passes.length; i++) {
          for (let j = i; j < passes.length; j++) {
            const span = (passes[j] as number) - (passes[i] as number)
            expect(j - i + 1).toBeLessThanOrEqual(perMinute + (span * perMinute) / 60_000 + 1e-6)
          }
        }
      }),
      { examples: [[3, [-1, 0, 0, 20_000, 20_000]]] }, // the clock goes back before the first request
    )
  })

  test('whoever waits as long as he was told gets through, if nobody else comes', () => {
    fc.assert(
      fc.property(perMinutes, fc.double({ min: 0, max: 0.999, noNaN: true }), (perMinute, left) => {
        const at = 1_000_000
        const { bucket, waitSeconds } = taken({ left, at }, perMinute, at)
        expect(Number.isInteger(waitSeconds) && waitSeconds >= 1).toBe(true)
        // A hair more, for the arithmetic of fractions.
        expect(taken(bucket, perMinute, at + waitSeconds * 1_000 + 1).waitSeconds).toBe(0)
      }),
    )
  })

  test('a limit that was lowered holds at once, one that was raised fills up', () => {
    expect(taken({ left: 500, at: 0 }, 2, 0).bucket.left).toBe(1)
    expect(taken({ left: 0, at: 0 }, 60, 1_000)).toEqual({ bucket: { left: 0, at: 1_000 }, waitSeconds: 0 })
  })
})
