import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toIso } from '../kernel/instant.ts'
import { BASE, condition } from './arbitraries.case.ts'
import { gaps, now, person } from './arbitraries-person.case.ts'
import { type Condition, childrenOf } from './condition.ts'
import { exactly } from './estimate.ts'
import { evaluate } from './evaluate.ts'
import { type Explanation, explain } from './explain.ts'
import { personView } from './person-data.case.ts'
import { NOBODY, type PersonView } from './person-view.ts'
import { NO_CHANGE } from './signal.ts'

test('the verdict of every node is what evaluate says of that condition alone', () => {
  fc.assert(
    fc.property(condition, person, now, (condition, data, now) => {
      const view = personView(data)
      const check = (node: Condition, told: Explanation) => {
        const { member, nextChangeAt } = evaluate(node, view, now)
        expect(told).toMatchObject({ member, nextChangeAt: nextChangeAt === null ? null : toIso(nextChangeAt) })
        childrenOf(node).forEach((child, i) => {
          check(child, told.because?.[i] as Explanation)
        })
      }
      check(condition, explain(condition, view, now))
    }),
    { numRuns: 300 },
  )
})

test('an explanation is JSON that says the same when it is read again, of whoever has gaps, too', () => {
  fc.assert(
    fc.property(condition, person, fc.option(gaps, { nil: undefined }), now, (condition, data, gaps, now) => {
      const explanation = explain(condition, personView(data, gaps), now)
      expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
    }),
    { numRuns: 500 },
  )
})

test('evidence is the trait with its time, and the matching events with the ends of the window', () => {
  const login = (at: number, i: number) => ({ at, id: `m${i}`, name: 'Login', properties: () => ({}) })
  const logins = Array.from({ length: 30 }, (_, i) => login(BASE - (30 - i) * 60_000, i))
  const view: PersonView = {
    ...NOBODY,
    known: true,
    trait: (name) => (name === 'address' ? { value: { city: 'Berlin' }, at: BASE - 5 } : undefined),
    events: () => logins,
    folded: () => [{ from: BASE - 86_400_000, to: BASE - 7_200_000, least: 2, most: 2 }],
  }
  const explanation = explain(
    {
      type: 'and',
      conditions: [
        { type: 'trait', path: 'address.city', op: 'eq', value: 'Berlin' },
        { type: 'event', name: 'Login', count: { op: 'gte', value: 3 }, window: { last: '25m' } },
        { type: 'trait', path: 'plan', op: 'not_exists' },
        { type: 'returned', after: '1h', within: '1d' },
      ],
    },
    view,
    BASE,
  )
  expect(explanation).toMatchObject({ type: 'and', member: false, nextChangeAt: null })
  expect(explanation.because?.map((node) => node.evidence)).toMatchObject([
    { trait: 'address.city', value: 'Berlin', at: '2026-03-14T23:59:59.995Z' },
    {
      event: 'Login',
      window: { after: '2026-03-14T23:35:00.000Z', to: '2026-03-15T00:00:00.000Z' },
      count: 24,
      newest: { length: 20, 0: { id: 'm29', at: '2026-03-14T23:59:00.000Z' } },
      folded: 2,
    },
    { trait: 'plan' },
    { event: '*', newest: { id: 'm29' }, previous: { id: 'm28' } },
  ])
  expect(explanation.because?.[2]?.evidence).not.toHaveProperty('value')
})

describe('every type shows what it was decided by', () => {
  const at = (days: number) => BASE - days * 86_400_000
  const order = (days: number, i: number) => ({
    at: at(days),
    id: `m${i}`,
    name: 'Order',
    properties: () => ({ total: 10 * (i + 1) }),
  })
  const orders = [order(40, 0), order(3, 1), order(1, 2)]
  const view: PersonView = {
    ...NOBODY,
    known: true,
    id: 'prf_1',
    trait: () => ({ value: 'pro', at: at(3) }),
    traitHistory: () => ({
      writes: [
        { at: at(9), value: 'free' },
        { at: at(3), value: 'pro' },
        { at: at(2), value: 'pro' },
      ],
      missingUpTo: Number.NEGATIVE_INFINITY,
    }),
    events: (name) => (name === 'Order' ? orders : []),
    identifiers: () => ['a@example.com'],
    consent: () => ({ status: 'granted', at: at(3) }),
    computed: () => ({ at: () => exactly(60), changeAfter: () => NO_CHANGE }),
    percentiles: () => [],
  }
  const since = '2026-03-12T00:00:00.000Z'
  test.each<[Condition, object]>([
    [
      { type: 'trait_held', path: 'plan', value: 'pro', op: 'at_least', for: '1d' },
      { trait: 'plan', value: 'pro', since },
    ],
    [
      { type: 'trait_changed', path: 'plan' },
      { trait: 'plan', newest: { from: 'free', to: 'pro', at: since } },
    ],
    [
      { type: 'first_event', name: 'Order', window: { last: '7d' } },
      { event: 'Order', first: { id: 'm0' } },
    ],
    [
      { type: 'last_event', name: 'Order', has: [{ property: 'total', op: 'exists' }] },
      { event: 'Order', newest: { id: 'm2' } },
    ],
    [
      { type: 'stopped', name: 'Order', window: { last: '7d' }, quiet: '1h' },
      { event: 'Order', count: 2 },
    ],
    [
      { type: 'restarted', name: 'Order', window: { last: '7d' }, recent: '1h' },
      { event: 'Order', count: 2 },
    ],
    [
      { type: 'regular', name: 'Order', period: '2d', periods: 3, minPeriods: 1 },
      { event: 'Order', newestPeriodFirst: [1, 1, 0] },
    ],
    [
      { type: 'aggregate', fn: 'sum', event: 'Order', property: 'total', op: 'gt', value: 1 },
      { event: 'Order', count: 3, value: 60 },
    ],
    [
      { type: 'computed', key: 'spent', op: 'gt', value: 1 },
      { computed: 'spent', value: 60 },
    ],
    [
      { type: 'percentile', path: 'plan', op: 'gt', value: 1 },
      { trait: 'plan', value: 'pro' },
    ],
    [{ type: 'segment', key: 'vip' }, { segment: 'vip' }],
    [
      { type: 'consent', channel: 'email', status: 'denied' },
      { channel: 'email', status: 'granted', at: since },
    ],
    [
      { type: 'identifier', idType: 'email', exists: true },
      { identifier: 'email', values: ['a@example.com'] },
    ],
    [
      { type: 'bucket', salt: 's', from: 0, to: 50 },
      { salt: 's', place: expect.any(Number) },
    ],
  ])('%j', (condition, evidence) => {
    expect(explain(condition, view, BASE).evidence).toMatchObject(evidence)
  })
})

test('of nobody known there is nothing to show', () => {
  expect(explain({ type: 'not', condition: { type: 'event', name: 'A' } }, NOBODY, BASE)).toMatchObject({
    member: false,
    evidence: { known: false },
  })
})
