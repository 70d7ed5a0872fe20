import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../kernel/json.ts'
import type { Aggregate } from './aggregate.ts'
import { aggregate, BASE, END } from './arbitraries.case.ts'
import { now, person } from './arbitraries-person.case.ts'
import { ComputedTrait, evaluateComputed } from './computed-trait.ts'
import { naiveAggregate } from './naive-aggregate.case.ts'
import { personView } from './person-data.case.ts'
import { NOBODY, type PersonView } from './person-view.ts'

describe('laws of computed traits', () => {
  test('agrees with a naive evaluator, and changes first at nextChangeAt', () => {
    fc.assert(
      fc.property(aggregate, person, now, (aggregate, data, now) => {
        const found = evaluateComputed({ aggregate }, personView(data), now)
        const valueAt = (t: number) => naiveAggregate(aggregate, data, t) ?? null
        expect(found).toMatchObject({ value: valueAt(now), known: true })
        let change: number | null = null
        for (let t = now + 1; t <= BASE + END && change === null; t++) {
          if (JSON.stringify(valueAt(t)) !== JSON.stringify(found.value)) change = t
        }
        expect(found.nextChangeAt).toBe(change)
      }),
      { numRuns: 1_500 },
    )
  })
})

describe('what each function makes of events', () => {
  const events = (...list: readonly JsonObject[]): PersonView => ({
    ...NOBODY,
    known: true,
    events: () => list.map((properties, i) => ({ at: BASE + i, id: `m${i}`, name: 'A', properties: () => properties })),
  })
  const value = (fn: Aggregate['fn'], view: PersonView, fields: Partial<Aggregate> = {}) =>
    evaluateComputed({ aggregate: { fn, event: 'A', property: 'p', ...fields } }, view, BASE + 100).value
  const mixed = events({ p: 3 }, {}, { p: '4.5' }, { p: 'x' }, { p: '' }, { p: null }, { p: 'x' }, { p: 3 })

  test.each<[Aggregate['fn'], unknown]>([
    ['count', 5],
    ['sum', 10.5],
    ['avg', 3.5],
    ['min', 3],
    ['max', 4.5],
    ['first', 3],
    ['last', 3],
    ['most_frequent', 3],
    ['unique_list', [3, '4.5', 'x']],
    ['unique_count', 3],
  ])('%s', (fn, result) => {
    expect(value(fn, mixed)).toEqual(result)
  })

  test.each<Aggregate['fn']>([
    'sum',
    'avg',
    'min',
    'max',
    'first',
    'last',
    'most_frequent',
    'unique_list',
    'unique_count',
  ])('of no events %s has no value', (fn) => {
    expect(value(fn, events())).toBeNull()
    expect(value(fn, events({}))).toBeNull()
  })

  test('of no events the count is 0', () => {
    expect(value('count', events())).toBe(0)
    expect(evaluateComputed({ aggregate: { fn: 'count', event: 'A' } }, events({}, {}), BASE + 100).value).toBe(2)
  })

  test('the most frequent needs two, and a tie goes to the first in alphabetical order', () => {
    expect(value('most_frequent', events({ p: 'b' }, { p: 'a' }))).toBeNull()
    expect(value('most_frequent', events({ p: 'b' }, { p: 'b' }, { p: 'a' }, { p: 'a' }))).toBe('a')
    expect(value('most_frequent', events({ p: 'b' }, { p: 'b' }, { p: 'b' }, { p: 'a' }, { p: 'a' }))).toBe('b')
  })

  test('of nobody known there is no value', () => {
    expect(evaluateComputed({ aggregate: { fn: 'count', event: 'A' } }, NOBODY, BASE)).toEqual({
      value: null,
      known: true,
      nextChangeAt: null,
    })
  })
})

test('a definition that could not be computed is refused with the path', () => {
  const paths = (json: unknown) => {
    const parsed = ComputedTrait.safeParse(json)
    return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'))
  }
  expect(paths({ key: 'a', name: 'A', aggregate: { fn: 'count', event: 'A' } })).toEqual([])
  expect(paths({ key: 'a', name: 'A', aggregate: { fn: 'sum', event: 'A' } })).toEqual(['aggregate.property'])
  expect(
    paths({ key: 'a', name: 'A', aggregate: { fn: 'sum', event: 'A', property: 'p', window: { last: '1e9d' } } }),
  ).toEqual(['aggregate.window.last'])
})
