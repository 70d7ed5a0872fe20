import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { simulateQueue } from '../bench/queue-simulation.ts'
import { SCENARIOS } from '../bench/queues.ts'

describe('the simulated queue', () => {
  const rates = fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1, maxLength: 20 })

  test('loses nothing and does nothing twice: what was taken is done or waits', () => {
    fc.assert(
      fc.property(
        rates,
        fc.integer(),
        fc.integer({ min: 50, max: 2_000 }),
        fc.nat(300),
        (steps, seed, batchMs, from) => {
          const seconds = steps.length * 30
          const arrivals = (second: number) => (second < seconds ? (steps[Math.floor(second / 30)] ?? 0) : 0)
          const outage = { from, to: from + 120 }
          const most = { seed, seconds: seconds + 7_200, arrivals, messageBytes: 1_000, batchMs, outage }
          const report = simulateQueue(most)
          expect(report.done).toBe(report.taken)
          expect(report.peakConsumers).toBeLessThanOrEqual(250)
          expect(simulateQueue(most)).toEqual(report)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('is full at 25 GB, and what it does not take is told', () => {
    const { refused, peakBytes, taken, done } = simulateQueue({
      seed: 1,
      seconds: 7_200,
      arrivals: () => 500,
      messageBytes: 100_000,
      batchMs: 400,
      outage: { from: 0, to: 7_200 },
    })
    expect(peakBytes).toBe(25e9)
    expect(done).toBe(0)
    expect(taken).toBe(250_000)
    expect(refused).toBeGreaterThan(3_000_000)
  })

  test('waits no longer than the outage, and is caught up soon after it', () => {
    const scenario = SCENARIOS['consumers out for 30 minutes at 1,500 single events/s']
    if (!scenario) throw new Error('there is no such scenario')
    const report = simulateQueue(scenario)
    expect(report.refused).toBe(0)
    expect(report.longestWaitSeconds).toBeGreaterThanOrEqual(1_800)
    expect((report.caughtUpAt ?? 0) - 2_400).toBeLessThan(1_800)
  })
})
