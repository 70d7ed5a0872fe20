import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/json.ts'
import { changedPaths } from './changed-paths.ts'

const object = fc.dictionary(
  fc.constantFrom('a', 'b', '__proto__', 'constructor'),
  fc.jsonValue({ maxDepth: 3 }),
) as fc.Arbitrary<JsonObject>

test('two documents differ nowhere exactly when they are equal', () => {
  fc.assert(
    fc.property(object, object, (a, b) => {
      const [before, after] = [JSON.parse(JSON.stringify(a)) as JsonObject, JSON.parse(JSON.stringify(b)) as JsonObject]
      expect(changedPaths(before, after).length === 0).toBe(canonicalJson(before) === canonicalJson(after))
      expect(changedPaths(before, JSON.parse(JSON.stringify(before)) as JsonObject)).toEqual([])
    }),
  )
})

test('differences are named by path: what came, what went, what is another', () => {
  const before = { event: 'Ordr', properties: { total: 5, tags: ['a'], same: { x: [1] } } }
  const after = { event: 'Order', properties: { value: 5, tags: ['b'], same: { x: [1] } } }
  expect(changedPaths(before, after)).toEqual([
    { path: 'event', change: 'changed' },
    { path: 'properties.value', change: 'added' },
    { path: 'properties.tags', change: 'changed' },
    { path: 'properties.total', change: 'removed' },
  ])
  expect(changedPaths({}, { a: 1, b: 2, c: 3 }, 2)).toHaveLength(2)
})
