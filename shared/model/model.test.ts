import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys, differenceOf, knownAfter } from './difference.ts'
import { ModelDefinition, modelFaults } from './model.ts'
import { removedItem, rowItem } from './row-item.ts'
import { selectFault } from './single-select.ts'

const model = ModelDefinition.parse({
  query: 'SELECT * FROM users',
  primaryKey: 'id',
  map: { userId: 'id', traits: { plan: 'plan' } },
  mode: 'identify',
})

describe('a query', () => {
  test.each([
    'SELECT 1',
    '  with a as (select 1) select * from a',
    'SELECT \';--\' AS "update" -- ; drop',
    'SELECT (1) /* ) ; */ FROM x',
    'SELECT $tag$ ; ) $tag$',
    "SELECT 'it''s' AS t",
  ])('%s is one that reads', (query) => expect(selectFault(query)).toBeUndefined())

  test.each([
    ['SELECT 1; SELECT 2', 'semicolon'],
    ['SELECT 1;', 'semicolon'],
    ['DELETE FROM users', 'must begin'],
    ['WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone', 'DELETE'],
    ['SELECT * INTO copy FROM users', 'INTO'],
    ['SELECT 1) AS m; DROP TABLE x --', 'semicolon'],
    ['SELECT 1) AS m, (SELECT 2', 'parentheses'],
    ["SELECT 'open", 'does not end'],
    ["SELECT 'a\\' ; '", 'backslash'],
    ['SELECT 1 /* open', 'does not end'],
    ['SELECT $$ open', 'does not end'],
    ['', 'must begin'],
  ])('%s is refused', (query, why) => expect(selectFault(query)).toContain(why))

  test('whatever the text, looking at it ends', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof (selectFault(text) ?? '') === 'string'))
    fc.assert(
      fc.property(
        fc.string(),
        (text) => selectFault(`SELECT '${text.replaceAll("'", "''").replaceAll('\\', '')}'`) === undefined,
      ),
    )
  })
})

describe('the difference of two runs', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
  const rows = fc
    .uniqueArray(fc.tuple(key, fc.constantFrom('x', 'y')), { selector: ([k]) => k, maxLength: 12 })
    .map((list) => list.map(([k, hash]) => ({ key: k, hash, row: k })).sort((a, b) => compareKeys(a.key, b.key)))

  test('what was known with the difference applied is what was found', () => {
    fc.assert(
      fc.property(rows, rows, (before, found) => {
        const known = before.map(({ key, hash }) => ({ key, hash }))
        const { added, changed, removed, same } = differenceOf(known, found)
        const told = [...added, ...changed].map(({ key, hash }) => ({ key, hash }))
        const after = knownAfter(known, told, { isWhole: true, found })
        expect(after).toEqual(found.map(({ key, hash }) => ({ key, hash })))
        expect(added.length + changed.length + same).toBe(found.length)
        expect(removed.length).toBe(known.length - changed.length - same)
      }),
    )
  })

  test('a row that could not be told is as it was, and one that was not looked for stays', () => {
    const known = [
      { key: 'a', hash: '1' },
      { key: 'b', hash: '1' },
      { key: 'c', hash: '1' },
    ]
    const found = [
      { key: 'a', hash: '2', row: 0 },
      { key: 'b', hash: '2', row: 0 },
      { key: 'd', hash: '1', row: 0 },
    ]
    const told = [
      { key: 'a', hash: '2' },
      { key: 'b', hash: null },
      { key: 'd', hash: null },
    ]
    expect(knownAfter(known, told, { isWhole: true, found })).toEqual([
      { key: 'a', hash: '2' },
      { key: 'b', hash: '1' },
    ])
    expect(knownAfter(known, [], { isWhole: false, found }).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })

  test('keys are in the order of their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        const bytes = Math.sign(compareBytes(new TextEncoder().encode(a), new TextEncoder().encode(b)))
        expect(Math.sign(compareKeys(a, b))).toBe(bytes)
      }),
    )
    expect(compareKeys('\uffee', '\u{1f600}')).toBeLessThan(0)
  })
})

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number)
  return a.length - b.length
}

describe('a row', () => {
  test('becomes traits of the person it names; a column that is null deletes the trait', () => {
    expect(rowItem(model, { id: 7, plan: null, other: 1 })).toEqual({
      ok: true,
      value: { type: 'identify', userId: '7', traits: { plan: null } },
    })
    const all = { ...model, map: { userId: 'id' } }
    expect(rowItem(all, { id: 'u', plan: 'pro' })).toMatchObject({ value: { traits: { plan: 'pro' } } })
    const track = { ...model, mode: 'track' as const, map: { userId: 'id', event: 'Scored' } }
    expect(rowItem(track, { id: 'u', score: 1 })).toMatchObject({
      value: { event: 'Scored', properties: { score: 1 } },
    })
  })

  test('that names nobody, or lacks a column, says so and not what is in it', () => {
    expect(rowItem(model, { id: null, plan: 'secret' })).toEqual({
      ok: false,
      failure: 'it names nobody: its ids are null',
    })
    expect(rowItem(model, { id: 'u' })).toEqual({ ok: false, failure: 'the query has no column plan' })
  })

  test('that is gone takes its traits away, is told, or nothing happens', () => {
    const gone = { key: '7', owner: { userId: '7' }, traits: ['plan'], model: 'users' }
    expect(removedItem({ ...model, onRemoved: 'ignore' }, gone)).toBeUndefined()
    expect(removedItem({ ...model, onRemoved: 'null_traits' }, gone)).toMatchObject({ traits: { plan: null } })
    expect(removedItem({ ...model, onRemoved: 'track' }, gone)).toMatchObject({
      event: 'Row Removed',
      properties: { model: 'users', primaryKey: '7' },
    })
  })
})

test.each<[string, object, string]>([
  ['nobody', { map: { traits: '*' } }, 'map.userId'],
  ['a track without a name', { mode: 'track' }, 'map.event'],
  ['a destination without one', { mode: 'destination' }, 'destination'],
  ['removed with a cursor', { cursor: 'updated_at', onRemoved: 'track' }, 'onRemoved'],
  ['two statements', { query: 'SELECT 1; SELECT 2' }, 'query'],
])('a model with %s is refused', (_, changes, path) => {
  expect(modelFaults({ ...model, ...changes }).map((fault) => fault.path)).toContain(path)
})
