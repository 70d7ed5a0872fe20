import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentileIn, percentilesOf } from './percentiles.ts'

test('the 90th percentile of ten values is the ninth smallest', () => {
  const table = percentilesOf([95, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  expect([0, 10, 10.1, 90, 90.1, 99.9, 100].map((p) => percentileIn(table, p))).toEqual([10, 10, 20, 90, 95, 95, 95])
  expect(percentileIn(percentilesOf([7]), 50)).toBe(7)
  expect(percentileIn(percentilesOf([]), 50)).toBeUndefined()
})

test('each is the smallest value that at least so many do not exceed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), fc.nat(1_000), (values, tenths) => {
      const enough = (value: number) =>
        values.filter((other) => other <= value).length * 1_000 >= tenths * values.length
      expect(percentileIn(percentilesOf(values), tenths / 10)).toBe(Math.min(...values.filter(enough)))
    }),
  )
})
