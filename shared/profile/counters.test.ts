import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY } from '../kernel/instant.ts'
import { dict } from '../kernel/json.ts'
import { addCount, addCounters, type Counters, foldCounters, OTHER, takeCount, totalOf } from './counters.ts'

const NOW = Date.UTC(2026, 2, 15, 12)
const addition = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'constructor'),
  at: fc.integer({ min: NOW - 400 * DAY, max: NOW }),
})

function counted(additions: readonly { name: string; at: number }[], maxNames = 500, foldEach = false): Counters {
  const counters: Counters = dict()
  for (const { name, at } of additions) {
    addCount(counters, name, at)
    if (foldEach) foldCounters(counters, NOW, maxNames)
  }
  foldCounters(counters, NOW, maxNames)
  return counters
}

test('any order and grouping of additions gives the same counters, however often they fold on the way', () => {
  fc.assert(
    fc.property(fc.array(addition), fc.nat(), fc.constantFrom(2, 500), (additions, cut, maxNames) => {
      const whole = counted(additions, maxNames)
      expect(counted([...additions].reverse(), maxNames, true)).toEqual(whole)
      const at = additions.length === 0 ? 0 : cut % additions.length
      const parts = counted(additions.slice(0, at), maxNames)
      addCounters(parts, counted(additions.slice(at), maxNames))
      foldCounters(parts, NOW, maxNames)
      const sum = (counters: Counters) => Object.keys(counters).reduce((n, name) => n + totalOf(counters, name), 0)
      expect(sum(parts)).toBe(additions.length)
      if (maxNames === 500) expect(parts).toEqual(whole)
    }),
  )
})

test('over the limit of names the surplus is counted under other, and nothing is lost', () => {
  const names = Array.from({ length: 20 }, (_, i) => ({ name: `n${i}`, at: NOW }))
  const counters = counted(names, 5)
  expect(Object.keys(counters).length).toBe(6)
  expect(totalOf(counters, OTHER)).toBe(15)
})

test('days older than ninety are kept by month', () => {
  const counters = counted([
    { name: 'a', at: NOW - 89 * DAY },
    { name: 'a', at: NOW - 100 * DAY },
  ])
  expect(
    Object.keys(counters['a'] ?? {})
      .map((bucket) => bucket[0])
      .sort(),
  ).toEqual(['d', 'm'])
})

test('an addition is taken back wherever folding has put it', () => {
  fc.assert(
    fc.property(fc.array(addition, { minLength: 1 }), fc.constantFrom(2, 500), (additions, maxNames) => {
      const counters = counted(additions, maxNames)
      for (const { name, at } of additions) takeCount(counters, name, at)
      expect(Object.keys(counters)).toEqual([])
    }),
  )
})
