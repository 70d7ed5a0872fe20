import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toIso } from '../kernel/instant.ts'
import { BASE, condition } from './arbitraries.case.ts'
import { now, person } from './arbitraries-person.case.ts'
import { type Condition, childrenOf } from './condition.ts'
import { evaluate } from './evaluate.ts'
import { type Explanation, explain } from './explain.ts'
import { personView } from './person-data.case.ts'
import { NOBODY, type PersonView } from './person-view.ts'

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

test('of nobody known there is nothing to show', () => {
  expect(explain({ type: 'not', condition: { type: 'event', name: 'A' } }, NOBODY, BASE)).toMatchObject({
    member: false,
    evidence: { known: false },
  })
})
