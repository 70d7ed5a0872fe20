import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArrivalPace } from './arrival-pace.ts'

describe('ArrivalPace', () => {
  it('lets others go while one profile has had its share', () => {
    const pace = new ArrivalPace(100)
    pace.note(new Map([['a', 90]]), 0)
    expect(pace.waitMs(new Map([['b', 90]]), 1_000)).toBe(0)
    expect(pace.waitMs(new Map([['a', 10]]), 1_000)).toBe(0)
    expect(pace.waitMs(new Map([['a', 11]]), 1_000)).toBe(64_000)
    expect(pace.waitMs(new Map([['a', 11]]), 65_000)).toBe(0)
  })

  it('never lets more than the limit through within any minute', () => {
    const batches = fc.array(fc.record({ count: fc.integer({ min: 1, max: 100 }), pauseMs: fc.nat(20_000) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(batches, (all) => {
        const pace = new ArrivalPace(250)
        const sent: { at: number; count: number }[] = []
        let now = 0
        for (const { count, pauseMs } of all) {
          now += pauseMs
          const batch = new Map([['a', count]])
          for (let wait = pace.waitMs(batch, now); wait > 0; wait = pace.waitMs(batch, now)) now += wait
          pace.note(batch, now)
          sent.push({ at: now, count })
        }
        for (const { at } of sent) {
          const minute = sent.filter((other) => other.at >= at && other.at < at + 60_000)
          expect(minute.reduce((total, { count }) => total + count, 0)).toBeLessThanOrEqual(250)
        }
      }),
    )
  })
})
