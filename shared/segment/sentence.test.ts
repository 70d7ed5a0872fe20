import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { condition } from './arbitraries.case.ts'
import type { Condition } from './condition.ts'
import { listCondition } from './list-mark.ts'
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
    [listCondition('vip', 5), 'is on the imported list vip'],
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
    [
      { type: 'trait_held', path: 'status', value: 'onboarding', op: 'less_than', for: '7d' },
      'status has been "onboarding" for less than 7 days',
    ],
    [
      { type: 'trait_changed', path: 'plan', from: null, to: 'pro', window: { last: '7d' } },
      'plan changed from nothing to "pro" in the last 7 days',
    ],
    [
      { type: 'first_event', name: 'Order Completed', window: { last: '30d' } },
      'the first "Order Completed" happened in the last 30 days',
    ],
    [
      { type: 'last_event', name: 'Video *', has: [{ property: 'length', op: 'gt', value: 50 }] },
      'the last event named "Video "… has length is greater than 50',
    ],
    [
      { type: 'stopped', name: 'Login', window: { last: '30d' }, quiet: '7d' },
      '"Login" happened in the last 30 days but not in the last 7 days',
    ],
    [
      { type: 'restarted', name: 'Login', window: { last: '90d' }, recent: '7d' },
      '"Login" happened in the last 7 days, not otherwise in the last 90 days, and before that',
    ],
    [
      { type: 'regular', name: 'Login', period: '1d', periods: 7, minPeriods: 3 },
      '"Login" happened at least once in at least 3 of the last 7 periods of 1 day',
    ],
    [
      {
        type: 'sequence',
        steps: [
          { name: 'Product Viewed' },
          {
            name: 'Product Added',
            within: '1h',
            where: [{ property: 'sku', op: 'eq', valueFrom: { step: 0, property: 'sku' } }],
          },
          { name: 'Order Completed', within: '1d', negate: true },
          { name: '*', negate: true },
        ],
        window: { last: '7d' },
      },
      '"Product Viewed", then "Product Added" (where sku is sku of step 1) within 1 hour, then no "Order Completed" within 1 day, then no event, beginning in the last 7 days',
    ],
    [
      {
        type: 'aggregate',
        fn: 'sum',
        event: 'Order',
        property: 'total',
        window: { last: '30d' },
        op: 'gte',
        value: 100,
      },
      'the sum of total over "Order" in the last 30 days is at least 100',
    ],
    [
      { type: 'aggregate', fn: 'count', event: '*', op: 'between', value: [1, 5] },
      'the number of any event is between 1 and 5',
    ],
    [{ type: 'computed', key: 'orders_30d', op: 'gte', value: 2 }, 'computed trait orders_30d is at least 2'],
    [{ type: 'percentile', path: 'ltv', op: 'gt', value: 99.5 }, 'ltv is above the 99.5th percentile'],
    [{ type: 'percentile', path: 'ltv', op: 'gte', value: 90 }, 'ltv is at or above the 90th percentile'],
    [
      { type: 'percentile', path: 'ltv', op: 'between', value: [22, 93] },
      'ltv is between the 22nd percentile and the 93rd percentile',
    ],
    [{ type: 'not', condition: { type: 'segment', key: 'contacted' } }, 'not (in segment contacted)'],
    [{ type: 'consent', channel: 'email', status: 'granted' }, 'consent to channel email is granted'],
    [{ type: 'identifier', idType: 'email', exists: false }, 'has no identifier of type email'],
    [{ type: 'bucket', salt: 'spring', from: 0, to: 12.5 }, 'in the share from 0 % to 12.5 % of people by "spring"'],
    [{ type: 'event', name: 'A\n"B"\u2028' }, '"A\\n\\"B\\"\\u2028" happened at least once'],
  ])('%j', (condition, text) => {
    expect(sentence(condition)).toBe(text)
  })
})
