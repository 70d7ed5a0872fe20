import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, MINUTE } from '../kernel/instant.ts'
import { dayActivity, MOST_NAMES } from './activity.ts'
import type { Row } from './columns.ts'
import { ownerOf, ownersOf } from './owners.ts'
import { segmentIntervals } from './segment-intervals.ts'
import { joinSessions, SESSION_PAUSE_MS, sessionOf } from './sessions.ts'

const merged = (seq: number, winner: string, loser: string, at = seq * 1_000): Row => ({
  key: `w:mrg_${seq}`,
  change: 'merged',
  canonical_id: winner,
  other: loser,
  merge_id: `mrg_${seq}`,
  received_at: at,
})
const undone = (seq: number, from: string, to: string, undoes: number): Row => ({
  key: `w:rel_${seq}`,
  change: 'unmerged',
  canonical_id: from,
  other: to,
  merge_id: `mrg_${undoes}`,
  received_at: seq * 1_000,
})
const changed = (profile: string, n: number, change: 'ENTER' | 'EXIT', at: number, segment = 's'): Row => ({
  message_id: `${profile}:${segment}:${n}`,
  canonical_id: profile,
  timestamp: at,
  properties: { segment, change },
})
const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })

test('the owners do not depend on the order or repetition of what was told', () => {
  const told = [
    merged(1, 'b', 'a'),
    merged(2, 'c', 'b'),
    merged(3, 'd', 'x'),
    undone(4, 'c', 'a', 1),
    merged(5, 'd', 'c'),
  ]
  fc.assert(
    fc.property(shuffled([...told, ...told.slice(0, 2)]), (changes) => {
      const owners = ownersOf(changes)
      expect(['a', 'b', 'c', 'd', 'x', 'y'].map((leaf) => ownerOf(owners, leaf))).toEqual([
        'a',
        'd',
        'd',
        'd',
        'd',
        'y',
      ])
      expect(owners.merges.map(({ seq }) => seq)).toEqual([2, 3, 5])
    }),
  )
})

test('whatever the order of the events, intervals of one person and segment are disjoint, and at most one is open', () => {
  const event = fc.record({
    profile: fc.constantFrom('a', 'b', 'c'),
    at: fc.integer({ min: 0, max: 50 }),
    change: fc.constantFrom('ENTER' as const, 'EXIT' as const),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.nat(50), fc.nat(), (events, mergedAt, turn) => {
      const rows = events.map(({ profile, at, change }, n) => changed(profile, n, change, at))
      const owners = ownersOf([merged(1, 'b', 'a', mergedAt)])
      const intervals = segmentIntervals(rows, owners)
      const at = rows.length === 0 ? 0 : turn % rows.length
      const turned = segmentIntervals([...rows.slice(at), ...rows.slice(0, at)], owners)
      const key = ({ profile, enteredAt }: { profile: string; enteredAt: number }) => `${profile}/${enteredAt}`
      const sorted = (all: typeof intervals) => all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
      expect(sorted(turned)).toEqual(sorted(intervals))
      for (const held of Map.groupBy(intervals, ({ profile }) => profile).values()) {
        const inTime = held.toSorted((a, b) => a.enteredAt - b.enteredAt)
        expect(held.filter(({ exitedAt }) => exitedAt === null).length).toBeLessThanOrEqual(1)
        inTime.forEach(({ enteredAt, exitedAt }, i) => {
          expect(exitedAt ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(enteredAt)
          const next = inTime[i + 1]
          if (next) expect(exitedAt ?? Number.POSITIVE_INFINITY).toBeLessThan(next.enteredAt)
        })
      }
      expect(intervals.some(({ profile }) => profile === 'a')).toBe(false)
    }),
  )
})

test('who was in before a merge stays in as the other, and leaves with it', () => {
  const owners = ownersOf([merged(1, 'b', 'a', 30)])
  const events = [changed('a', 1, 'ENTER', 10), changed('b', 1, 'ENTER', 20), changed('b', 2, 'EXIT', 40)]
  const interval = { segment: 's', profile: 'b', enteredAt: 10, exitedAt: 40 }
  expect(segmentIntervals(events, owners)).toEqual([interval])
  expect(segmentIntervals(events.slice(0, 2), owners)).toEqual([{ ...interval, exitedAt: null }])
  const member = { segment: 's', profile: 'z', since: 5 }
  expect(segmentIntervals([], owners, [member])).toEqual([{ segment: 's', profile: 'z', enteredAt: 5, exitedAt: null }])
})

test('any grouping of the same events, in any order, gives the same sessions', () => {
  const event = fc.record({ at: fc.integer({ min: 0, max: 400 }), name: fc.constantFrom('A', 'B', 'C') })
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(3)), { maxLength: 20 }), (placed) => {
      const single = (one: { at: number; name: string }) => sessionOf(one.at * MINUTE, one.name)
      const all = joinSessions(placed.map(([one]) => single(one)))
      const groups = [...Map.groupBy(placed, ([, group]) => group).values()]
      const parts = groups.flatMap((group) => joinSessions(group.map(([one]) => single(one))))
      // A part may bridge two of another; then it is one.
      expect(joinSessions(parts.toReversed())).toEqual(all)
      expect(all.reduce((sum, { events }) => sum + events, 0)).toBe(placed.length)
      all.forEach(({ startedAt }, i) => {
        const before = all[i - 1]
        if (before) expect(startedAt - before.endedAt).toBeGreaterThan(SESSION_PAUSE_MS)
      })
    }),
  )
})

test('a session that goes on over midnight is one, and the part of the day before says that it goes on', () => {
  const row = (at: number, name = 'Click'): Row => ({ leaf: 'a', type: 'track', name, timestamp: at })
  const owners = ownersOf([])
  const first = dayActivity([row(DAY - 50 * MINUTE, 'Start'), row(DAY - 25 * MINUTE)], owners)
  const next = dayActivity(
    [row(DAY + 4 * MINUTE, 'End'), { ...row(DAY + 5), type: 'identify', name: null }],
    owners,
    first.sessions,
  )
  expect(next.sessions).toMatchObject([
    { started_at: DAY - 50 * MINUTE, ended_at: DAY + 4 * MINUTE, events: 3, first_event: 'Start', last_event: 'End' },
  ])
  expect([...next.continued]).toEqual([`a/${DAY - 50 * MINUTE}`])
  expect(next.daily_activity).toEqual([{ day: '1970-01-02', canonical_id: 'a', events: 1, by_name: { End: 1 } }])
})

test('a day of more names than anybody reads stays a row: the most frequent ones, and the rest together', () => {
  const count = fc.integer({ min: 1, max: 4 })
  fc.assert(
    fc.property(fc.array(count, { minLength: 450, maxLength: 560 }), (counts) => {
      const events = counts.flatMap((many, n) =>
        Array.from({ length: many }, (_, i): Row => ({ leaf: 'a', type: 'track', name: `n${n}`, timestamp: DAY + i })),
      )
      const [row, second] = dayActivity(events, { of: new Map() }).daily_activity
      const named = row?.['by_name'] as Record<string, number>
      expect(second).toBeUndefined()
      expect(Object.values(named).reduce((a, b) => a + b, 0)).toBe(events.length)
      const { other = 0, ...kept } = named
      expect(Object.keys(kept).length).toBe(Math.min(counts.length, MOST_NAMES))
      const left = counts.filter((_, n) => kept[`n${n}`] === undefined)
      expect([left.reduce((a, b) => a + b, 0), Math.max(0, ...left) <= Math.min(...Object.values(kept))]).toEqual([
        other,
        true,
      ])
    }),
    { numRuns: 30 },
  )
})
