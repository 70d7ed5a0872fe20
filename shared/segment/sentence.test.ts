import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { condition } from './arbitraries.case.ts'
import type { Condition } from './condition.ts'
import { sentence } from './sentence.ts'

test('every condition is one line without holes', () => {
  fc.assert(
    fc.property(condition, (condition) => {
      const text = sentence(condition)
      expect(text.trim()).not.toBe('')
      expect(text).not.toMatch(/[\r\n\u2028\u2029]|undefined|NaN|\[object| {2}/)
    }),
    { numRuns: 500 },
  )
})

describe('reads plainly', () => {
  const order: Condition = { type: 'event', name: 'Order Completed', window: { last: '7d' } }
  const pro: Condition = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
  test.each<[Condition, string]>([
    [{ type: 'everyone' }, 'everyone'],
    [pro, 'plan is "pro"'],
    [{ type: 'trait', path: 'phone', op: 'not_exists' }, 'phone does not exist'],
    [{ type: 'trait', path: 'country', op: 'in', value: ['DE', 'AT', 'CH'] }, 'country is one of "DE", "AT" or "CH"'],
    [
      { type: 'trait', path: 'signed_up_at', op: 'within_last', value: '30d' },
      'signed_up_at is within the last 30 days',
    ],
    [{ type: 'trait', path: 'my trait', op: 'between', value: [1, 5] }, '"my trait" is between 1 and 5'],
    [order, '"Order Completed" happened at least once in the last 7 days'],
    [
      { type: 'event', name: 'Login', count: { op: 'eq', value: 0 }, window: { last: '1d' } },
      '"Login" did not happen in the last 1 day',
    ],
    [
      {
        type: 'event',
        name: 'Video *',
        where: [
          { property: 'kind', op: 'eq', value: 'ad' },
          { property: 'length', op: 'gt', value: 50 },
        ],
        count: { op: 'between', value: [2, 5] },
        window: { between: ['90d', '30d'] },
      },
      'any event named "Video "… (where kind is "ad" and length is greater than 50) happened between 2 and 5 times between 90 days and 30 days ago',
    ],
    [
      { type: 'returned', after: '30d', within: '7d' },
      'any event happened in the last 7 days, after at least 30 days without',
    ],
    [
      { type: 'and', conditions: [pro, { type: 'not', condition: order }] },
      'plan is "pro" and not ("Order Completed" happened at least once in the last 7 days)',
    ],
    [
      { type: 'or', conditions: [{ type: 'and', conditions: [pro, order] }, { type: 'everyone' }] },
      '(plan is "pro" and "Order Completed" happened at least once in the last 7 days) or everyone',
    ],
    [{ type: 'event', name: 'A\n"B"\u2028' }, '"A\\n\\"B\\"\\u2028" happened at least once'],
  ])('%j', (condition, text) => {
    expect(sentence(condition)).toBe(text)
  })
})
