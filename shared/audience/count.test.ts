import fc from 'fast-check'
import { expect, test } from 'vitest'
import { combinationsOf, estimateCount } from './count.ts'
import { decodePlace, encodePlace, FIRST_PLACE, pageOf, type ShardPlace } from './shard-pages.ts'

const nat = fc.integer({ min: 0, max: 100_000 })

test('the interval holds the estimate, and never claims fewer than are certain or more than are possible', () => {
  fc.assert(
    fc.property(
      nat,
      nat,
      fc.integer({ min: 0, max: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (sure, unknown, n, share) => {
        const asked = Math.min(n, unknown)
        const inSample = Math.round(asked * share)
        const { count, exact, interval } = estimateCount({ in: sure, unknown }, { asked, in: inSample })
        expect(exact).toBe(asked === unknown)
        if (exact) {
          expect(count).toBe(sure + inSample)
          return
        }
        const [low, high] = interval as [number, number]
        expect(low).toBeGreaterThanOrEqual(sure + inSample)
        expect(high).toBeLessThanOrEqual(sure + unknown - (asked - inSample))
        expect(low).toBeLessThanOrEqual(count)
        expect(count).toBeLessThanOrEqual(high)
      },
    ),
  )
})

test('the people in all of some keys are those whose own set of keys holds them', () => {
  const people = fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 50 })
  fc.assert(
    fc.property(people, (masks) => {
      const keys = ['a', 'b', 'c', 'd']
      const counts = new Map([...Map.groupBy(masks, (mask) => mask)].map(([mask, group]) => [mask, group.length]))
      for (const { keys: wanted, count } of combinationsOf(keys, counts)) {
        const isInAll = (mask: number) => wanted.every((key) => mask & (1 << keys.indexOf(key)))
        expect(count).toBe(masks.filter(isInAll).length)
      }
    }),
  )
})

test('pages over shards show everybody once, in order, however long the pages are', () => {
  const shards = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 20 }), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(shards, fc.integer({ min: 1, max: 12 }), (places, limit) => {
      const rows = places.map((shard) => shard.sort((a, b) => a - b).map((n) => ({ n })))
      const seen: number[][] = rows.map(() => [])
      for (let text: string | null = encodePlace(FIRST_PLACE); text !== null; ) {
        const from: ShardPlace = decodePlace(text) ?? FIRST_PLACE
        const answers = rows
          .slice(from.shard)
          .map((shard, i) => shard.filter(({ n }) => i > 0 || n > from.after).slice(0, limit + 1))
        const page = pageOf(from, answers, limit)
        expect(page.rows.length).toBeLessThanOrEqual(limit)
        let shard = from.shard
        for (const row of page.rows) {
          while (!rows[shard]?.includes(row)) shard += 1
          seen[shard]?.push(row.n)
        }
        text = page.next ? encodePlace(page.next) : null
      }
      expect(seen).toEqual(rows.map((shard) => shard.map(({ n }) => n)))
    }),
  )
})
