import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactSum } from './exact-sum.ts'

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100),
)

function sumOf(numbers: readonly number[]): number {
  const sum = exactSum()
  for (const n of numbers) sum.add(n)
  return sum.value()
}

test('adds prices as people do', () => {
  expect(sumOf([0.1, 0.2])).toBe(0.3)
  expect(sumOf(Array(10).fill(0.1))).toBe(1)
  expect(sumOf([19.99, 5.01])).toBe(25)
  expect(sumOf([1e300, 1, -1e300])).toBe(1)
  expect(sumOf([Number.MAX_SAFE_INTEGER, 1, 1, -1, -1])).toBe(Number.MAX_SAFE_INTEGER)
  expect(sumOf([Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Number.MAX_VALUE)
  expect(sumOf([])).toBe(0)
})

test('a sum is the same in any order', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 20 }), (numbers, ranks) => {
      const shuffled = numbers
        .map((n, i) => ({ n, rank: ranks[i] ?? 0 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ n }) => n)
      expect(sumOf(shuffled)).toBe(sumOf(numbers))
    }),
  )
})

test('what is taken away again leaves no trace', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 10 }), fc.array(number, { maxLength: 10 }), (stays, goes) => {
      const sum = exactSum()
      for (const n of [...goes, ...stays]) sum.add(n)
      for (const n of goes) sum.take(n)
      expect(sum.value()).toBe(sumOf(stays))
    }),
  )
})
