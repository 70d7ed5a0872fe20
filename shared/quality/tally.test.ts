import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR } from '../kernel/instant.ts'
import type { Row } from '../lake/columns.ts'
import { DEFAULT_EXPECTATIONS } from './default-expectations.ts'
import { type Expectation, faultsOf } from './expectation.ts'
import { judge, medianOf } from './judge.ts'
import { MOST_KEYS, missingShare, repeatedShare, sampleOf } from './key-sample.ts'
import { joinTallies, type Tallies, tallyRows } from './tally.ts'

const base: Omit<Expectation, 'kind'> = {
  id: 'exp_1',
  border: 'silver',
  table: 'events',
  column: 'canonical_id',
  params: {},
  severity: 'hard',
  enabled: true,
}
const expectations: readonly Expectation[] = [
  { ...base, id: 'a', kind: 'not_null' },
  { ...base, id: 'b', kind: 'unique' },
  { ...base, id: 'c', kind: 'range', column: 'properties.total', params: { min: 0, max: 10 } },
  { ...base, id: 'd', kind: 'set', column: 'type', params: { values: ['track'] } },
  { ...base, id: 'e', kind: 'pattern', column: 'properties.sku', params: { pattern: '^[a-c]+$' } },
  { ...base, id: 'f', kind: 'freshness', column: null, params: { maxAge: '1h' } },
  { ...base, id: 'g', kind: 'ratio', column: null, params: { of: 'late', max: 0.1, minRows: 1 } },
]

const row = fc.record({
  message_id: fc.string({ maxLength: 3 }),
  source: fc.constantFrom('src_a', 'src_b'),
  canonical_id: fc.option(fc.constantFrom('prf_1', 'prf_2', 'prf_3')),
  type: fc.constantFrom('track', 'dance'),
  received_at: fc.nat(1_000),
  late: fc.boolean(),
  properties: fc.record({ total: fc.option(fc.integer({ min: -3, max: 13 })), sku: fc.string({ maxLength: 4 }) }),
}) as fc.Arbitrary<Row>

function verdict(expectation: Expectation, rows: readonly Row[], now = 0, volumes: readonly number[] = []) {
  return judge(expectation, tallyRows(expectation.table, rows, [expectation]), { now, volumes })
}

describe('the statistics of a table', () => {
  test('the statistics of rows do not depend on how they were grouped or in which order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.nat(4)), { maxLength: 30 }), fc.boolean(), (placed, turned) => {
        const whole = tallyRows(
          'events',
          placed.map(([one]) => one),
          expectations,
        )
        const groups = [...Map.groupBy(placed, ([, group]) => group).values()].map((group) =>
          tallyRows('events', group.map(([one]) => one).toReversed(), expectations),
        )
        const empty: Tallies = tallyRows('events', [], expectations)
        const inOrder = turned ? groups.toReversed() : groups
        expect(inOrder.reduce((sum, one) => joinTallies(sum, one), empty)).toEqual(whole)
        expect(inOrder.reduceRight((sum, one) => joinTallies(one, sum), empty)).toEqual(whole)
      }),
    )
  })

  test('keys beyond what is kept are a fair sample, whatever the grouping, and of two tables it is the same part', () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `k${i}`)
    const whole = sampleOf(keys)
    expect(whole).toHaveLength(MOST_KEYS)
    const halves = joinTallies(
      tallyRows(
        'events',
        keys.slice(0, 700).map((canonical_id) => ({ canonical_id })),
        [expectations[1] as Expectation],
      ),
      tallyRows(
        'events',
        keys.slice(700).map((canonical_id) => ({ canonical_id })),
        [expectations[1] as Expectation],
      ),
    )
    expect(Object.values(halves)[0]?.keys).toEqual(whole)
    expect(missingShare(whole, whole)).toBe(0)
    const missing = missingShare(whole, sampleOf(keys.filter((_, i) => i % 10 !== 0)))
    expect(missing).toBeGreaterThan(0.06)
    expect(missing).toBeLessThan(0.14)
    expect(repeatedShare(sampleOf([...keys, ...keys.slice(0, 2_500)]))).toBeGreaterThan(0.4)
    expect(repeatedShare(sampleOf(['a', 'b', 'a']))).toBe(0.5)
  })

  test('samples name messages and people by their ids, and nothing that they said', () => {
    const rows: Row[] = [{ message_id: 'm 1', source: 'src_a', canonical_id: null, properties: { email: 'a@b.co' } }]
    expect(Object.values(tallyRows('events', rows, [expectations[0] as Expectation]))[0]).toMatchObject({
      rows: 1,
      failed: 1,
      samples: ['m src_a m 1'],
    })
  })
})

describe('judging', () => {
  test.each<[string, Partial<Expectation>, Row[], 'pass' | 'fail' | 'unknown']>([
    ['a null', { kind: 'not_null' }, [{ canonical_id: null }], 'fail'],
    [
      'few nulls',
      { kind: 'not_null', params: { share: 0.5 } },
      [{ canonical_id: null }, { canonical_id: 'p' }],
      'pass',
    ],
    ['no rows', { kind: 'not_null' }, [], 'unknown'],
    ['twice', { kind: 'unique' }, [{ canonical_id: 'p' }, { canonical_id: 'p' }], 'fail'],
    [
      'too large',
      { kind: 'range', column: 'properties.total', params: { max: 9 } },
      [{ properties: { total: 10 } }],
      'fail',
    ],
    [
      'a text for a number',
      { kind: 'range', column: 'properties.total', params: { max: 9 } },
      [{ properties: { total: '1' } }],
      'fail',
    ],
    ['absent', { kind: 'range', column: 'properties.total', params: { max: 9 } }, [{ properties: {} }], 'pass'],
    ['outside', { kind: 'set', column: 'type', params: { values: ['track'] } }, [{ type: 'page' }], 'fail'],
    ['unlike', { kind: 'pattern', column: 'name', params: { pattern: '^A' } }, [{ name: 'BA' }], 'fail'],
    [
      'slow pattern',
      { kind: 'pattern', column: 'name', params: { pattern: '^(a+)+$' } },
      [{ name: `${'a'.repeat(60)}!` }],
      'fail',
    ],
    [
      'too few for a share',
      { kind: 'ratio', column: null, params: { of: 'late', max: 0 } },
      [{ late: true }],
      'unknown',
    ],
    ['late', { kind: 'ratio', column: null, params: { of: 'late', max: 0, minRows: 1 } }, [{ late: true }], 'fail'],
    [
      'a share of values',
      { kind: 'ratio', column: 'type', params: { of: 'values', values: ['page'], max: 0.4, minRows: 1 } },
      [{ type: 'page' }, { type: 'track' }],
      'fail',
    ],
  ])('%s', (_, changes, rows, expected) => {
    expect(verdict({ ...base, kind: 'not_null', ...changes }, rows).verdict).toBe(expected)
  })

  test('data are fresh as long as the newest of them is', () => {
    const fresh = { ...base, kind: 'freshness', column: null, params: { maxAge: '1h' } } as const
    const rows = [{ received_at: 5 }, { received_at: 1_000 }]
    expect(verdict(fresh, rows, HOUR + 1_000)).toMatchObject({ verdict: 'pass', measured: HOUR })
    expect(verdict(fresh, rows, HOUR + 1_001).verdict).toBe('fail')
    expect(verdict(fresh, [], HOUR).verdict).toBe('unknown')
  })

  test('a day is compared with the median of four such weekdays: one of them may have been odd', () => {
    const volume = { ...base, kind: 'volume', column: null, params: { tolerance: 0.5, minRows: 10 } } as const
    expect(verdict(volume, [], 0, [60, 100, 100, 5, 100]).verdict).toBe('pass')
    expect(verdict(volume, [], 0, [49, 100, 100, 5, 100]).verdict).toBe('fail')
    expect(verdict(volume, [], 0, [151, 100, 100, 5, 100]).verdict).toBe('fail')
    expect(verdict(volume, [], 0, [0, 100, 100, 100]).verdict).toBe('unknown')
    expect(medianOf([1, 9, 2, 4])).toBe(3)
  })
})

describe('what may be expected', () => {
  test('the defaults are in order', () => {
    for (const expectation of DEFAULT_EXPECTATIONS)
      expect([expectation.id, faultsOf(expectation)]).toEqual([expectation.id, []])
    expect(new Set(DEFAULT_EXPECTATIONS.map(({ id }) => id)).size).toBe(DEFAULT_EXPECTATIONS.length)
  })

  test.each<[string, Partial<Expectation>, string]>([
    ['no column', { kind: 'not_null', column: null }, 'column'],
    ['an unknown column', { kind: 'not_null', column: 'nope' }, 'column'],
    ['inside of a text', { kind: 'not_null', column: 'name.x' }, 'column'],
    ['a pattern that backtracks', { kind: 'pattern', column: 'name', params: { pattern: '(a)\\1' } }, 'params.pattern'],
    ['an empty range', { kind: 'range', params: {} }, 'params'],
    ['an unknown param', { kind: 'unique', params: { max: 1 } }, 'params'],
    ['no duration', { kind: 'freshness', border: 'gold', column: null, params: { maxAge: 'soon' } }, 'params.maxAge'],
    ['another border', { kind: 'not_null', border: 'bronze' }, 'border'],
    [
      'a reference out of silver',
      { kind: 'referential', params: { table: 'profiles', column: 'canonical_id' } },
      'table',
    ],
  ])('%s is refused', (_, changes, path) => {
    expect(faultsOf({ ...base, kind: 'not_null', ...changes })[0]?.path).toBe(path)
  })
})
