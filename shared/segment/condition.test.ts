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
const reference = (step: number) => ({ property: 'p', op: 'eq', valueFrom: { step, property: 'p' } })
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
    ['an unknown type by its name', { type: 'vibes' }, 'type', /^"vibes" is not known here: expected 'and'/],
    ['an unknown operator by its name', { type: 'trait', path: 'a', op: 'is' }, 'op', /^"is" is not known here/],
    ['a duration by its name', event({ window: { last: '1e9d' } }), 'window.last', /^"1e9d" is no duration/],
    [
      'a duration deep inside',
      { type: 'and', conditions: [everyone, event({ window: { last: '1e9d' } })] },
      'conditions.1.window.last',
      /duration/,
    ],
    [
      'a held value that is empty',
      { type: 'trait_held', path: 'a', value: '', op: 'at_least', for: '1d' },
      'value',
      /empty/,
    ],
    ['a change to the same', { type: 'trait_changed', path: 'a', from: 'x', to: 'x' }, 'to', /differ/],
    ['a change from nothing to nothing', { type: 'trait_changed', path: 'a', from: '', to: null }, 'to', /differ/],
    ['a first event without a window', { type: 'first_event', name: 'A' }, 'window', /required/],
    ['a last event of which nothing is asked', { type: 'last_event', name: 'A', has: [] }, 'has', /at least one/],
    [
      'a quiet time as long as the window',
      { type: 'stopped', name: 'A', window: { last: '7d' }, quiet: '1w' },
      'quiet',
      /shorter/,
    ],
    [
      'a restart longer than its window',
      { type: 'restarted', name: 'A', window: { last: '7d' }, recent: '30d' },
      'recent',
      /shorter/,
    ],
    [
      'more periods than there are',
      { type: 'regular', name: 'A', period: '1d', periods: 3, minPeriods: 4 },
      'minPeriods',
      /not be more/,
    ],
    [
      'a thousand periods',
      { type: 'regular', name: 'A', period: '1d', periods: 1_000, minPeriods: 1 },
      'periods',
      /more than 366/,
    ],
    ['a sequence of nothing', { type: 'sequence', steps: [] }, 'steps', /at least one/],
    ['a long sequence', { type: 'sequence', steps: Array(11).fill({ name: 'A' }) }, 'steps', /more than 10/],
    [
      'a sequence that begins with nothing',
      { type: 'sequence', steps: [{ name: 'A', negate: true }] },
      'steps.0.negate',
      /first/,
    ],
    ['a first step within', { type: 'sequence', steps: [{ name: 'A', within: '1d' }] }, 'steps.0.within', /before/],
    [
      'a comparison with a later step',
      { type: 'sequence', steps: [{ name: 'A', where: [reference(0)] }] },
      'steps.0.where.0.valueFrom.step',
      /earlier/,
    ],
    [
      'a comparison with what did not happen',
      { type: 'sequence', steps: [{ name: 'A' }, { name: 'B', negate: true }, { name: 'C', where: [reference(1)] }] },
      'steps.2.where.0.valueFrom.step',
      /happened/,
    ],
    [
      'a list from an earlier step',
      { type: 'sequence', steps: [{ name: 'A' }, { name: 'B', where: [{ ...reference(0), op: 'in' }] }] },
      'steps.1.where.0.valueFrom',
      /in cannot/,
    ],
    [
      'a value beside the step it comes from',
      { type: 'sequence', steps: [{ name: 'A' }, { name: 'B', where: [{ ...reference(0), value: 1 }] }] },
      'steps.1.where.0.valueFrom',
      /beside/,
    ],
    [
      'an unknown function',
      { type: 'aggregate', fn: 'median', event: 'A', property: 'p', op: 'gt', value: 1 },
      'fn',
      /^"median" is not known/,
    ],
    [
      'a sum of nothing',
      { type: 'aggregate', fn: 'sum', event: 'A', op: 'gt', value: 1 },
      'property',
      /required by sum/,
    ],
    [
      'a sum that is text',
      { type: 'aggregate', fn: 'sum', event: 'A', property: 'p', op: 'eq', value: '1' },
      'value',
      /number/,
    ],
    [
      'half a tenth of a percentile',
      { type: 'percentile', path: 'ltv', op: 'gte', value: 99.55 },
      'value',
      /one decimal/,
    ],
    ['a percentile above all', { type: 'percentile', path: 'ltv', op: 'gte', value: 101 }, 'value', /100/],
    [
      'two percentiles in the wrong order',
      { type: 'percentile', path: 'ltv', op: 'between', value: [90, 10] },
      'value',
      /lower/,
    ],
    ['consent to nothing', { type: 'consent', status: 'granted' }, 'channel', /required/],
    ['consent to two', { type: 'consent', channel: 'a', purpose: 'b', status: 'granted' }, 'channel', /beside/],
    ['an unknown consent', { type: 'consent', channel: 'a', status: 'maybe' }, 'status', /^"maybe"/],
    ['an empty share', { type: 'bucket', salt: 's', from: 50, to: 50 }, 'to', /greater/],
    ['a share of more than all', { type: 'bucket', salt: 's', from: 0, to: 101 }, 'to', /100/],
    ['twenty-one tests', event({ where: Array(21).fill({ property: 'p', op: 'exists' }) }), 'where', /more than 20/],
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
