import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesName } from '../kernel/name-pattern.ts'
import type { Aggregate } from './aggregate.ts'
import { condition } from './arbitraries.case.ts'
import { now, person } from './arbitraries-person.case.ts'
import type { Condition } from './condition.ts'
import { evaluate } from './evaluate.ts'
import { explain } from './explain.ts'
import type { Reads } from './kind.ts'
import { type PersonData, personView } from './person-data.case.ts'
import type { PersonView } from './person-view.ts'
import { joinReads, readsOf } from './reads.ts'

/** With what the segments and computed traits read that it names. */
function allReadsOf(condition: Condition, { workspace }: PersonData): Reads {
  const direct = readsOf(condition)
  const others = direct.segments.map((key) =>
    allReadsOf(workspace.segments[key] as Condition, { workspace } as PersonData),
  )
  const events = direct.computed.map((key) => (workspace.computed[key] as Aggregate).event)
  return joinReads([direct, { ...direct, events }, ...others])
}

test('changing what is not read changes neither the verdict nor when it changes', () => {
  fc.assert(
    fc.property(condition, person, person, now, (condition, data, other, now) => {
      const reads = allReadsOf(condition, data)
      const isRead = (name: string) => reads.events.some((pattern) => matchesName(pattern, name))
      const pick = <T>(
        mine: Readonly<Record<string, T>>,
        theirs: Readonly<Record<string, T>>,
        read: readonly string[],
      ) =>
        Object.fromEntries([
          ...Object.entries(theirs).filter(([name]) => !read.includes(name)),
          ...Object.entries(mine).filter(([name]) => read.includes(name)),
        ])
      const changed: PersonData = {
        ...data,
        events: [
          ...data.events.filter((event) => isRead(event.name)),
          ...other.events.filter((event) => !isRead(event.name)).map((event) => ({ ...event, id: `o${event.id}` })),
        ],
        writes: pick(data.writes, other.writes, reads.traits),
        consents: pick(data.consents, other.consents, reads.consents),
        identifiers: [
          ...data.identifiers.filter((type) => reads.identifiers.includes(type)),
          ...other.identifiers.filter((type) => !reads.identifiers.includes(type)),
        ],
      }
      expect(evaluate(condition, personView(changed), now)).toEqual(evaluate(condition, personView(data), now))
    }),
    { numRuns: 1_000 },
  )
})

test('an evaluation asks a person for nothing that is not among the reads', () => {
  fc.assert(
    fc.property(condition, person, now, (condition, data, now) => {
      const reads = readsOf(condition)
      // What the other definitions read is not asked through this view.
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
        traitHistory: (name) => view.traitHistory(ask(name, reads.traits)),
        computed: (key, looking) => view.computed(ask(key, reads.computed), looking),
        segment: (key, looking) => view.segment(ask(key, reads.segments), looking),
        consent: (kind, name) => view.consent(kind, ask(`${kind}:${name}`, reads.consents).slice(kind.length + 1)),
        identifiers: (type) => view.identifiers(ask(type, reads.identifiers)),
        percentiles: (path) => view.percentiles(ask(path, reads.percentiles)),
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
  ).toMatchObject({ traits: ['address'], events: ['*', 'Order *'] })
  expect(Object.values(readsOf({ type: 'everyone' })).flat()).toEqual([])
})

test('a name matches itself, its prefixes with a star, and the star', () => {
  expect(matchesName('Video Started', 'Video Started')).toBe(true)
  expect(matchesName('Video Started', 'video started')).toBe(false)
  expect(matchesName('Video *', 'Video Ended')).toBe(true)
  expect(matchesName('Video *', 'Video')).toBe(false)
  expect(matchesName('*', '$page')).toBe(true)
  expect(matchesName('A*B', 'AxB')).toBe(false)
})
