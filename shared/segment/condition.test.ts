import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { condition } from './arbitraries.case.ts'
import { CONDITION_LIMITS, Condition, parseCondition } from './condition.ts'

const errors = (json: unknown) => {
  const parsed = parseCondition(json)
  return parsed.ok ? [] : parsed.failure
}
const everyone = { type: 'everyone' }
const event = (fields: object) => ({ type: 'event', name: 'A', ...fields })
const nested = (depth: number): object => (depth === 1 ? everyone : { type: 'not', condition: nested(depth - 1) })

test('every condition of the language parses to itself', () => {
  fc.assert(
    fc.property(condition, (condition) => {
      expect(parseCondition(JSON.parse(JSON.stringify(condition)))).toEqual({ ok: true, value: condition })
    }),
    { numRuns: 300 },
  )
})

test('nothing that anyone may send makes the parser throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('and', 'not', 'trait', 'event', 'returned'), (json, type) => {
      expect(parseCondition(json).ok).toBe(false)
      if (typeof json === 'object' && json !== null) parseCondition({ ...json, type })
    }),
    { numRuns: 300 },
  )
})

describe('what is wrong is named with its path', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['no object', 'x', '', /object/],
    ['nothing', undefined, '', /required/],
    ['no type', {}, 'type', /required|Expected/],
    ['an unknown type', { type: 'vibes' }, 'type', /'trait'/],
    ['an empty and', { type: 'and', conditions: [] }, 'conditions', /at least one condition/],
    ['an empty or', { type: 'or', conditions: [] }, 'conditions', /at least one condition/],
    ['a not without its condition', { type: 'not' }, 'condition', /required/],
    [
      'an unknown operator',
      { type: 'and', conditions: [everyone, { type: 'trait', path: 'a', op: 'is', value: 1 }] },
      'conditions.1.op',
      /"eq"/,
    ],
    ['a path with an empty part', { type: 'trait', path: 'a..b', op: 'exists' }, 'path', /empty part/],
    ['an operand of the wrong type', { type: 'trait', path: 'a', op: 'gt', value: 'x' }, 'value', /number/],
    ['an operand too many', { type: 'trait', path: 'a', op: 'exists', value: 1 }, 'value', /takes no value/],
    ['a field that is not there', { type: 'everyone', who: 1 }, 'who', /not a field/],
    ['an event without a name', { type: 'event' }, 'name', /required/],
    ['an empty name', event({ name: '' }), 'name', /empty/],
    ['a duration that is none', event({ window: { last: '1e9d' } }), 'window.last', /duration/],
    ['a duration of a thousand years', event({ window: { last: '365000d' } }), 'window.last', /duration/],
    ['a window of no length', event({ window: { last: '0d' } }), 'window.last', /longer than zero/],
    [
      'a window whose older end is the younger',
      event({ window: { between: ['30d', '90d'] } }),
      'window.between',
      /longer one/,
    ],
    ['a window whose ends are the same', event({ window: { between: ['24h', '1d'] } }), 'window.between', /longer one/],
    ['a bad duration between', event({ window: { between: ['30d', 'x'] } }), 'window.between.1', /duration/],
    [
      'a window that ends before it begins',
      event({ window: { from: '2026-03-02', to: '2026-03-01' } }),
      'window',
      /later/,
    ],
    ['a window without its end', event({ window: { from: '2026-03-02' } }), 'window.to', /required/],
    [
      'an instant that does not exist',
      event({ window: { from: '2026-02-30', to: '2026-03-01' } }),
      'window.from',
      /ISO 8601/,
    ],
    ['a window of two forms', event({ window: { last: '7d', from: '2026-03-01' } }), 'window.from', /not a field/],
    ['a window of no form', event({ window: {} }), 'window', /\{ last \}/],
    ['a window that is text', event({ window: '7d' }), 'window', /\{ last \}/],
    ['an unknown operator of a count', event({ count: { op: 'about', value: 1 } }), 'count.op', /"eq"/],
    ['a count that is negative', event({ count: { op: 'gte', value: -1 } }), 'count.value', /negative/],
    ['half a count', event({ count: { op: 'gte', value: 0.5 } }), 'count.value', /whole number/],
    [
      'two counts where there is one',
      event({ count: { op: 'gte', value: [1, 2] } }),
      'count.value',
      /one whole number/,
    ],
    ['one count where there are two', event({ count: { op: 'between', value: 1 } }), 'count.value', /two numbers/],
    ['counts in the wrong order', event({ count: { op: 'between', value: [2, 1] } }), 'count.value', /lower/],
    [
      'a test on a property',
      event({ where: [{ property: 'p', op: 'in', value: [] }] }),
      'where.0.value',
      /at least one/,
    ],
    ['a return without a silence', { type: 'returned', after: '0ms', within: '1d' }, 'after', /longer than zero/],
  ])('%s', (_, json, path, message) => {
    const found = errors(json)
    expect(found.map((error) => error.path)).toContain(path)
    expect(found.find((error) => error.path === path)?.message).toMatch(message)
  })
})

test('conditions are nested no deeper than the limit', () => {
  expect(errors(nested(CONDITION_LIMITS.depth))).toEqual([])
  expect(errors(nested(CONDITION_LIMITS.depth + 1))).toMatchObject([
    { path: Array(10).fill('condition').join('.'), message: expect.stringContaining('10 levels') },
  ])
  expect(errors(nested(5_000))).toHaveLength(1)
})

test('there are no more conditions than the limit', () => {
  const list = (n: number) => ({ type: 'and', conditions: Array(n - 1).fill(everyone) })
  expect(errors(list(CONDITION_LIMITS.nodes))).toEqual([])
  expect(errors(list(CONDITION_LIMITS.nodes + 1))).toMatchObject([{ path: 'conditions.199' }])
})

test('the language has a JSON schema', () => {
  expect(z.toJSONSchema(Condition)).toMatchObject({ $ref: '#/$defs/Condition' })
})
