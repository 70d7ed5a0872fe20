import fc from 'fast-check'
import { expect, test } from 'vitest'
import { condition, now, person } from './arbitraries.case.ts'
import { evaluate } from './evaluate.ts'
import { explain } from './explain.ts'
import { personView } from './naive.case.ts'
import { matchesName, type PersonView } from './person-view.ts'
import { readsOf } from './reads.ts'

test('changing what is not read changes neither the verdict nor when it changes', () => {
  fc.assert(
    fc.property(condition, person, person, now, (condition, data, other, now) => {
      const reads = readsOf(condition)
      const isRead = (name: string) => reads.events.some((pattern) => matchesName(pattern, name))
      const whole = { ...data, pruned: 0 }
      const changed = {
        ...whole,
        events: [
          ...data.events.filter((event) => isRead(event.name)),
          ...other.events.filter((event) => !isRead(event.name)).map((event) => ({ ...event, id: `o${event.id}` })),
        ],
        traits: Object.fromEntries([
          ...Object.entries(other.traits).filter(([name]) => !reads.traits.includes(name)),
          ...Object.entries(data.traits).filter(([name]) => reads.traits.includes(name)),
        ]),
      }
      expect(evaluate(condition, personView(changed), now)).toEqual(evaluate(condition, personView(whole), now))
    }),
    { numRuns: 1_000 },
  )
})

test('an evaluation asks a person for nothing that is not among the reads', () => {
  fc.assert(
    fc.property(condition, person, now, (condition, data, now) => {
      const reads = readsOf(condition)
      const view = personView(data)
      const ask = (asked: string, allowed: readonly string[]) => {
        expect(allowed).toContain(asked)
        return asked
      }
      const guarded: PersonView = {
        ...view,
        trait: (name) => view.trait(ask(name, reads.traits)),
        events: (pattern) => view.events(ask(pattern, reads.events)),
        folded: (pattern) => view.folded(ask(pattern, reads.events)),
      }
      evaluate(condition, guarded, now)
      explain(condition, guarded, now)
    }),
    { numRuns: 300 },
  )
})

test('names each trait and pattern once, of traits the top level only', () => {
  const plan = { type: 'trait', path: 'address.city', op: 'exists' } as const
  const order = { type: 'event', name: 'Order *' } as const
  expect(
    readsOf({
      type: 'and',
      conditions: [
        order,
        plan,
        { type: 'not', condition: { type: 'or', conditions: [plan, order] } },
        { type: 'returned', after: '1d', within: '1d' },
      ],
    }),
  ).toEqual({ traits: ['address'], events: ['*', 'Order *'] })
  expect(readsOf({ type: 'everyone' })).toEqual({ traits: [], events: [] })
})

test('a name matches itself, its prefixes with a star, and the star', () => {
  expect(matchesName('Video Started', 'Video Started')).toBe(true)
  expect(matchesName('Video Started', 'video started')).toBe(false)
  expect(matchesName('Video *', 'Video Ended')).toBe(true)
  expect(matchesName('Video *', 'Video')).toBe(false)
  expect(matchesName('*', '$page')).toBe(true)
  expect(matchesName('A*B', 'AxB')).toBe(false)
})
