import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashOfRow, type KnownRow } from './lake-rows.ts'
import { type Comparison, heldNotes, rowDifferences } from './verify-rows.ts'

const row = (n: number, over: Partial<KnownRow> = {}): KnownRow => ({
  table: 'events',
  day: '2026-03-15',
  hour: '12',
  messageId: `m${n}`,
  in: `bronze/o${n % 3}`,
  leaf: 'prf_1',
  timestamp: 0,
  receivedAt: 0,
  hash: `h${n}`,
  ...over,
})
const name = (n: number) => `events/2026-03-15/12/m${n}`

function comparison(
  inBronze: readonly number[],
  inSilver: readonly number[],
  over: Partial<Comparison> = {},
): Comparison {
  return {
    bronze: {
      rows: new Map(inBronze.map((n) => [name(n), row(n)])),
      others: new Map(),
      copies: new Map(),
      missing: [],
    },
    silver: new Map(inSilver.map((n) => [name(n), [row(n, { in: 'silver/f' })]])),
    tail: new Set(),
    broken: [],
    bronzeSince: '2026-03-01',
    silverSince: '2025-03-01',
    held: new Map(),
    linesOfMissing: new Map(),
    ...over,
  }
}

test('the same rows in bronze and silver are no difference; one taken out, doubled or altered anywhere is one', () => {
  const numbers = fc.uniqueArray(fc.nat(50), { minLength: 1 })
  fc.assert(
    fc.property(numbers, fc.nat(), fc.constantFrom('out', 'twice', 'altered', 'alone'), (all, at, fault) => {
      expect(rowDifferences(comparison(all, all))).toEqual([])
      const one = all[at % all.length] as number
      const other = comparison(
        fault === 'alone' ? all.filter((n) => n !== one) : all,
        fault === 'out' ? all.filter((n) => n !== one) : all,
      )
      const held = other.silver.get(name(one)) as readonly KnownRow[]
      const silver = new Map(other.silver)
      if (fault === 'twice') silver.set(name(one), [...held, ...held])
      if (fault === 'altered') silver.set(name(one), [row(one, { in: 'silver/f', hash: 'other' })])
      const [told, ...more] = rowDifferences({ ...other, silver })
      expect(more).toEqual([])
      expect(told).toContain(`m${one} `)
    }),
  )
})

test('what waits in the tail, what a broken file explains, and days without bronze are no differences', () => {
  expect(rowDifferences(comparison([1, 2], [1], { tail: new Set(['bronze/o2']) }))).toEqual([])
  const place = { layer: 'silver', table: 'events', day: '2026-03-15', hour: '12', file: {} as never } as const
  expect(rowDifferences(comparison([1, 2], [], { broken: [{ key: 'f', problem: 'is missing', place }] }))).toEqual([])
  const day = { key: 'd', problem: 'is missing', day: '2026-03-15' }
  expect(rowDifferences(comparison([1, 2], [], { broken: [day] }))).toEqual([])
  expect(rowDifferences(comparison([], [1, 2], { bronzeSince: '2026-03-16' }))).toEqual([])
})

test('a copy that stands in bronze with two contents may be in silver with either', () => {
  const both = { ...comparison([1], [1]), silver: new Map([[name(1), [row(1, { hash: 'h1b' })]]]) }
  expect(rowDifferences(both)).toHaveLength(1)
  const others = new Map([[name(1), new Set(['h1', 'h1b'])]])
  expect(rowDifferences({ ...both, bronze: { ...both.bronze, others } })).toEqual([])
})

test('a hash says what is in a row, and not in which order, nor which columns it lacks', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const turned = Object.fromEntries(Object.entries(object).reverse())
      const value = JSON.parse(JSON.stringify(object))
      expect(hashOfRow({ properties: JSON.parse(JSON.stringify(turned)), name: null })).toBe(
        hashOfRow({ properties: value }),
      )
      expect(hashOfRow({ properties: { ...value, more: 1.5 } })).not.toBe(
        hashOfRow({ properties: { ...value, more: 2 } }),
      )
    }),
  )
})

test('rows that quality holds were told as lost: they are told as held, and what else is missing is a difference', () => {
  const held = new Map([['events/2026-03-15/12', 'hold_1']])
  const both = comparison([1, 2], [2], { held })
  expect(rowDifferences(both)).toEqual([])
  expect(heldNotes(both)).toEqual(['held by quality: 1 event, 2026-03-15 12h (hold_1)'])
  const elsewhere = comparison([1], [], { held: new Map([['events/2026-03-15/13', 'hold_1']]) })
  expect(rowDifferences(elsewhere)).toHaveLength(1)
  expect(heldNotes(elsewhere)).toEqual([])
})

test('a day that silver keeps no longer, and bronze does, is no difference', () => {
  expect(rowDifferences(comparison([1], [], { silverSince: '2026-03-16' }))).toEqual([])
  expect(rowDifferences(comparison([1], [], { silverSince: '2026-03-15' }))).toHaveLength(1)
})
