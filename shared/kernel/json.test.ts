import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { cleanJson, dict, type JsonValue, shapeFault } from './json.ts'

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>

describe('cleanJson', () => {
  test('gives the same object back when there is nothing to clean', () => {
    const value = { a: ['x', { b: 'ü' }], c: null }
    expect(cleanJson(value)).toBe(value)
  })

  test('replaces NUL and lone surrogates, in keys too, and leaves __proto__ out', () => {
    const value = JSON.parse('{"a\\u0000":"\\ud800x","__proto__":{"p":1},"d":[{"__proto__":1}]}')
    const clean = cleanJson(value)
    expect(clean).toEqual({ 'a\ufffd': '\ufffdx', d: [{}] })
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype)
  })

  test('is idempotent, and its text is well formed', () => {
    fc.assert(
      fc.property(json, (value) => {
        const clean = cleanJson(value)
        expect(cleanJson(clean)).toBe(clean)
        expect(JSON.stringify(clean).isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('shapeFault', () => {
  const nested = (depth: number): JsonValue => (depth === 0 ? 1 : { a: nested(depth - 1) })

  test('lets 32 levels pass and names the path of the 33rd', () => {
    expect(shapeFault(nested(32), { maxDepth: 32, maxKeys: 10 })).toBeUndefined()
    expect(shapeFault(nested(33), { maxDepth: 32, maxKeys: 10 })?.path).toBe(new Array(32).fill('a').join('.'))
  })

  test('a hundred thousand levels are refused, not a stack overflow', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
    expect(shapeFault({ a: deep }, { maxDepth: 32, maxKeys: 10 })).toBeDefined()
  })

  test('counts keys of one object', () => {
    const wide = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i, 1]))
    expect(shapeFault({ a: wide }, { maxDepth: 32, maxKeys: 10 })).toEqual({
      path: 'a',
      message: 'more than 10 keys in one object',
    })
  })
})

test('canonical JSON is the same for any order of keys', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, null], c: 'x' } })).toBe('{"a":{"c":"x","d":[1,null]},"b":1}')
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse())
      expect(canonicalJson(reversed)).toBe(canonicalJson(object))
    }),
  )
})

test('a dictionary has no key but its own', () => {
  const names = dict<number>()
  expect(names['constructor']).toBeUndefined()
  const hostile = '__proto__'
  names[hostile] = 1
  expect(Object.keys(names)).toEqual(['__proto__'])
})
