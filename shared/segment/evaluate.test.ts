import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toIso } from '../kernel/instant.ts'
import { BASE, condition, END, eventCondition, leafCondition } from './arbitraries.case.ts'
import { gaps, now, person } from './arbitraries-person.case.ts'
import type { Condition } from './condition.ts'
import { evaluate, prepare } from './evaluate.ts'
import { naive } from './naive.case.ts'
import { type EventData, type Gaps, type PersonData, personView } from './person-data.case.ts'
import { type EventRef, NOBODY, type PersonView } from './person-view.ts'
import type { Verdict } from './signal.ts'

// Leaves meet their boundaries more often alone, trees the ways in which leaves meet.
const any = fc.oneof(leafCondition, condition)
const runs = { numRuns: 1_500 }

describe('laws of the evaluator', () => {
  test('agrees with a naive evaluator for every condition, person and instant', () => {
    fc.assert(
      fc.property(any, person, now, (condition, data, now) => {
        const view = personView(data)
        expect(evaluate(condition, view, now).member).toBe(naive(condition, data, now))
        expect(prepare(condition).member(view, now)).toBe(naive(condition, data, now))
      }),
      runs,
    )
  })

  test('nextChangeAt is the first instant at which the naive verdict is another one, and null when there is none', () => {
    fc.assert(
      fc.property(any, person, now, (condition, data, now) => {
        const change = firstChange((t) => naive(condition, data, t), now)
        expect(evaluate(condition, personView(data), now).nextChangeAt).toBe(change)
      }),
      runs,
    )
  })

  test('who has less than the whole person agrees with the naive evaluator or says unknown', () => {
    fc.assert(
      fc.property(any, person, gaps, now, (condition, data, gaps, now) => {
        const { member } = evaluate(condition, personView(data, gaps), now)
        if (member !== 'unknown') expect(member).toBe(naive(condition, data, now))
      }),
      runs,
    )
  })

  test('of less than the whole person, too, the verdict changes exactly at nextChangeAt', () => {
    fc.assert(
      fc.property(any, person, gaps, now, (condition, data, gaps, now) => {
        const view = personView(data, gaps)
        const { member } = prepare(condition)
        const change = firstChange((t) => member(view, t), now)
        expect(evaluate(condition, view, now).nextChangeAt).toBe(change)
      }),
      runs,
    )
  })

  test('how often something happened is unknown only where the stretches leave both answers open', () => {
    fc.assert(
      fc.property(eventCondition, person, gaps, now, (condition, data, gaps, now) => {
        fc.pre(condition.type === 'event' && condition.where === undefined)
        const view = personView(data, gaps)
        if (evaluate(condition, view, now).member !== 'unknown') return
        const verdicts = new Set(worlds(data, gaps, condition, now).map((world) => naive(condition, world, now)))
        expect(verdicts).toEqual(new Set([true, false]))
      }),
      { numRuns: 300 },
    )
  })

  test('nobody unknown is a member of anything', () => {
    fc.assert(
      fc.property(any, person, now, (condition, data, now) => {
        const stranger = { ...personView(data), known: false }
        expect(evaluate(condition, stranger, now)).toEqual({ member: false, nextChangeAt: null })
      }),
      { numRuns: 200 },
    )
  })
})

function firstChange(verdictAt: (t: number) => Verdict, now: number): number | null {
  const verdict = verdictAt(now)
  for (let t = now + 1; t <= BASE + END; t++) if (verdictAt(t) !== verdict) return t
  return null
}

/** What may have been: of what is folded the first n are counted if they can be, the others are not if they need not be. */
function worlds(data: PersonData, gaps: Gaps, condition: Condition, now: number): readonly PersonData[] {
  const once: Condition = { ...condition, count: { op: 'gte', value: 1 } } as Condition
  const placed = (event: EventData, counted: boolean): EventData => {
    const from = Math.floor(event.at / gaps.stretch) * gaps.stretch
    const end = Math.min(from + gaps.stretch - 1, gaps.floor)
    for (let at = from; at <= end; at++) {
      if (naive(once, { ...data, events: [{ ...event, at }] }, now) === counted) return { ...event, at }
    }
    return event
  }
  return Array.from({ length: data.events.length + 1 }, (_, n) => ({
    ...data,
    events: data.events.map((event, i) => (event.at > gaps.floor ? event : placed(event, i < n))),
  }))
}

describe('Kleene logic', () => {
  const two = fc.tuple(condition, condition, person, now)
  const same = (a: Condition, b: Condition, data: PersonData, now: number): void => {
    expect(evaluate(a, personView(data), now)).toEqual(evaluate(b, personView(data), now))
  }
  const not = (condition: Condition): Condition => ({ type: 'not', condition })
  const and = (...conditions: Condition[]): Condition => ({ type: 'and', conditions })
  const or = (...conditions: Condition[]): Condition => ({ type: 'or', conditions })

  test('not undoes not', () => {
    fc.assert(fc.property(condition, person, now, (a, data, now) => same(not(not(a)), a, data, now)))
  })
  test('not of an and is the or of the nots', () => {
    fc.assert(fc.property(two, ([a, b, data, now]) => same(not(and(a, b)), or(not(a), not(b)), data, now)))
  })
  test('order and repetition do not matter', () => {
    fc.assert(fc.property(two, ([a, b, data, now]) => same(and(a, b, a), and(b, a), data, now)))
  })
  test('an and absorbs an or with the same part', () => {
    fc.assert(fc.property(two, ([a, b, data, now]) => same(and(a, or(a, b)), a, data, now)))
  })
  test('false and unknown is false, true or unknown is true, true and unknown is unknown', () => {
    const view: PersonView = {
      ...NOBODY,
      known: true,
      folded: () => [{ from: -Infinity, to: BASE, least: 3, most: 3 }],
    }
    const unknown: Condition = { type: 'event', name: 'A', window: { last: '7d' } }
    const yes: Condition = { type: 'everyone' }
    const member = (condition: Condition) => evaluate(condition, view, BASE).member
    expect(member(unknown)).toBe('unknown')
    expect(member(not(unknown))).toBe('unknown')
    expect(member(and(not(yes), unknown))).toBe(false)
    expect(member(or(yes, unknown))).toBe(true)
    expect(member(and(yes, unknown))).toBe('unknown')
  })
})

describe('a long history', () => {
  const SIZE = 10_000
  /** Counts how often an event is looked at. */
  function counting(where: boolean) {
    const seen = { looks: 0, reads: 0 }
    const events = Array.from({ length: SIZE }, (_, i): EventRef => {
      const at = BASE - (SIZE - i) * 60_000
      return {
        get at() {
          seen.looks += 1
          return at
        },
        id: String(i),
        name: 'A',
        properties: () => {
          seen.reads += 1
          return { even: where && i % 2 === 0 }
        },
      }
    })
    const view: PersonView = { ...NOBODY, known: true, events: () => events }
    return { seen, view }
  }

  test.each<Condition>([
    { type: 'event', name: 'A' },
    { type: 'event', name: 'A', count: { op: 'gte', value: 100 }, window: { last: '24h' } },
    { type: 'event', name: 'A', count: { op: 'between', value: [10, 2_000] }, window: { last: '7d' } },
    { type: 'event', name: 'A', count: { op: 'eq', value: 0 }, window: { last: '1h' } },
    { type: 'event', name: 'A', window: { from: '2026-03-01', to: '2026-03-10' } },
    { type: 'returned', after: '30d', within: '7d' },
  ])('is not walked through for %j', (condition) => {
    const { seen, view } = counting(false)
    evaluate(condition, view, BASE)
    expect(seen.looks).toBeLessThan(400)
    expect(seen.reads).toBe(0)
  })

  test('is read no further than the window, and no further than the threshold', () => {
    const where = [{ property: 'even', op: 'eq' as const, value: true }]
    const { seen, view } = counting(true)
    evaluate({ type: 'event', name: 'A', where, window: { last: '1h' }, count: { op: 'lt', value: 99 } }, view, BASE)
    expect(seen.reads).toBe(59)
    seen.reads = 0
    const often: Condition = {
      type: 'event',
      name: 'A',
      where,
      count: { op: 'gte', value: 5 },
      window: { last: '52w' },
    }
    expect(evaluate(often, view, BASE).member).toBe(true)
    expect(seen.reads).toBeLessThan(15)
  })

  test('in which windows fill and empty thousands of times is still judged within the budget, never late', () => {
    const { view } = counting(false)
    const busy = (n: number): Condition => ({
      type: 'event',
      name: 'A',
      count: { op: 'eq', value: n },
      window: { between: ['100001ms', '40000ms'] },
    })
    // The counts alternate between one and two, so these two are never both true.
    const { member, nextChangeAt } = evaluate(
      { type: 'and', conditions: [busy(1), busy(2)] },
      view,
      BASE - 6_000 * 60_000,
    )
    expect(member).toBe(false)
    expect(nextChangeAt === null || nextChangeAt > BASE - 6_000 * 60_000).toBe(true)
  })
})

describe('boundaries', () => {
  const at = (t: number, name = 'A'): EventRef => ({ at: t, id: `m${t}`, name, properties: () => ({}) })
  const viewOf = (...events: EventRef[]): PersonView => ({
    ...NOBODY,
    known: true,
    events: () => events,
  })
  const DAY = 86_400_000

  test('an event leaves "last 7d" exactly seven days after it happened', () => {
    const condition: Condition = { type: 'event', name: 'A', window: { last: '7d' } }
    expect(evaluate(condition, viewOf(at(BASE)), BASE + 7 * DAY - 1)).toEqual({
      member: true,
      nextChangeAt: BASE + 7 * DAY,
    })
    expect(evaluate(condition, viewOf(at(BASE)), BASE + 7 * DAY)).toEqual({ member: false, nextChangeAt: null })
  })
  test('an event dated in the future counts from then on', () => {
    expect(evaluate({ type: 'event', name: 'A' }, viewOf(at(BASE + 5)), BASE)).toEqual({
      member: false,
      nextChangeAt: BASE + 5,
    })
  })
  test('someone returned after a silence of exactly `after`, and has not any more exactly `within` later', () => {
    const condition: Condition = { type: 'returned', after: '30d', within: '7d' }
    const back = viewOf(at(BASE - 30 * DAY), at(BASE))
    expect(evaluate(condition, back, BASE)).toEqual({ member: true, nextChangeAt: BASE + 7 * DAY })
    expect(evaluate(condition, back, BASE + 7 * DAY).member).toBe(false)
    expect(evaluate(condition, viewOf(at(BASE - 30 * DAY + 1), at(BASE)), BASE).member).toBe(false)
    expect(evaluate(condition, viewOf(at(BASE)), BASE).member).toBe(false)
  })
  test('two events at the instant of the return are one return', () => {
    const back = viewOf(at(BASE - 40 * DAY), at(BASE), { ...at(BASE), id: 'n' })
    expect(evaluate({ type: 'returned', after: '30d', within: '7d' }, back, BASE).member).toBe(true)
  })
  test('what the view says about folded events turns unknown into a verdict', () => {
    const silent: Condition = { type: 'event', name: 'A', count: { op: 'eq', value: 0 }, window: { last: '90d' } }
    const foldedUpTo = (to: number): PersonView => ({
      ...viewOf(),
      folded: () => [{ from: -Infinity, to, least: 3, most: 3 }],
    })
    expect(evaluate(silent, foldedUpTo(Infinity), BASE)).toEqual({ member: 'unknown', nextChangeAt: null })
    expect(evaluate(silent, foldedUpTo(BASE - 100 * DAY), BASE)).toEqual({
      member: true,
      nextChangeAt: null,
    })
    expect(evaluate(silent, foldedUpTo(BASE - 80 * DAY), BASE)).toEqual({
      member: 'unknown',
      nextChangeAt: BASE + 10 * DAY,
    })
  })
  test('an event whose property soon expires does not hide an older one that lasts', () => {
    const seen = (t: number, expires: number) => ({ ...at(t), properties: () => ({ expires: toIso(expires) }) })
    const where = [{ property: 'expires', op: 'within_next' as const, value: '1d' }]
    const view = viewOf(seen(BASE - 2, BASE + 9), seen(BASE - 1, BASE + 3))
    const condition: Condition = { type: 'event', name: 'A', where, window: { last: '1d' } }
    expect(evaluate(condition, view, BASE)).toEqual({ member: true, nextChangeAt: BASE + 9 })
  })
  test('fixed instants are both part of the window, with and without a test on properties', () => {
    const window = { from: toIso(BASE - 5), to: toIso(BASE - 3) }
    for (const where of [undefined, [{ property: 'p', op: 'not_exists' as const }]]) {
      const condition: Condition = { type: 'event', name: 'A', window, ...(where && { where }) }
      const member = (t: number) => evaluate(condition, viewOf(at(t)), BASE).member
      expect([-6, -5, -3, -2].map((offset) => member(BASE + offset))).toEqual([false, true, true, false])
    }
  })
  test('a folded event may have happened at the last instant it can have', () => {
    const folded: PersonView = {
      ...viewOf(),
      folded: () => [{ from: -Infinity, to: BASE - 9, least: 1, most: 1 }],
    }
    const since = (t: number): Condition => ({ type: 'event', name: 'A', window: { from: toIso(t), to: toIso(BASE) } })
    expect(evaluate(since(BASE - 9), folded, BASE).member).toBe('unknown')
    expect(evaluate(since(BASE - 8), folded, BASE).member).toBe(false)
  })
})
