import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentilesOf } from './percentiles.ts'

test('the 90th percentile of ten values is the ninth smallest', () => {
  const table = percentilesOf([95, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  expect([table[0], table[10], table[11], table[90], table[91], table[100]]).toEqual([10, 10, 20, 90, 95, 95])
  expect(percentilesOf([7])).toEqual(Array(101).fill(7))
  expect(percentilesOf([])).toEqual([])
})

test('each is the smallest value that at least so many do not exceed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), fc.nat(100), (values, p) => {
      const enough = (value: number) => values.filter((other) => other <= value).length * 100 >= p * values.length
      expect(percentilesOf(values)[p]).toBe(Math.min(...values.filter(enough)))
    }),
  )
})
