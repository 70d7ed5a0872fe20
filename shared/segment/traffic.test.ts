import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_CHANGE } from './signal.ts'
import { atLeast, insideAt, type Traffic, upTo } from './traffic.ts'

/** Stays of a few instants in a world of fifteen, so that one leaves at the instant at which another enters. */
const stays = fc.array(fc.tuple(fc.nat(15), fc.integer({ min: 1, max: 6 })), { maxLength: 10 })
const instant = fc.nat(15)

function trafficOf(stays: readonly (readonly [number, number])[]): Traffic {
  const ascending = (list: number[]) => list.sort((a, b) => a - b)
  const enters = ascending(stays.map(([from]) => from))
  const leaves = ascending(stays.map(([from, length]) => from + length))
  return { size: stays.length, enters: (i) => enters[i] as number, leaves: (i) => leaves[i] as number }
}

function inside(list: readonly (readonly [number, number])[], t: number): number {
  return list.filter(([from, length]) => from <= t && t < from + length).length
}

test('as many are inside as have come and not left', () => {
  fc.assert(
    fc.property(stays, instant, (list, t) => {
      expect(insideAt(trafficOf(list), t)).toBe(inside(list, t))
    }),
  )
})

test('at least n are inside until the very instant at which fewer are, and the other way round', () => {
  fc.assert(
    fc.property(stays, instant, fc.integer({ min: 1, max: 5 }), (list, t, n) => {
      const signal = atLeast(n, trafficOf(list))
      expect(signal.at(t)).toBe(inside(list, t) >= n)
      let change = t + 1
      while (change < 30 && inside(list, change) >= n === signal.at(t)) change++
      expect(signal.changeAfter(t)).toBe(change < 30 ? change : NO_CHANGE)
    }),
    { numRuns: 2_000 },
  )
})

test('a position counts what is at or before an instant', () => {
  const instants = [1, 3, 3, 7]
  const found = [0, 1, 2, 3, 7, 8].map((t) => upTo(instants.length, (i) => instants[i] as number, t))
  expect(found).toEqual([0, 1, 1, 3, 4, 4])
})
