import { expect, test } from 'vitest'
import type { Event } from '../../shared/event/event.ts'
import { DAY } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { eventKey, prunedKeyOf, type StoredEvent, type Timeline } from '../../shared/profile/timeline.ts'
import { anEvent, NOW } from '../support/builders.ts'

/** What every timeline does. `within` gives a fresh one; rows are numbered by age, 0 the newest. */
export function timelineSuite(within: (check: (timeline: Timeline) => void) => Promise<void>): void {
  const row = (age: number, overrides: Partial<StoredEvent> = {}): StoredEvent => {
    const event = anEvent({
      messageId: `m${String(age).padStart(3, '0')}`,
      timestamp: NOW - age * 1_000,
      properties: { age },
    })
    return { key: eventKey(event), leaf: 'prf_0', copyId: `c${age}`, event, ...overrides }
  }
  const filled = (timeline: Timeline, count: number): readonly StoredEvent[] => {
    const rows = Array.from({ length: count }, (_, age) => row(age))
    for (const each of [...rows].sort((a, b) => (a.copyId < b.copyId ? 1 : -1))) timeline.put(each)
    return rows
  }

  test('gives back what was put, and nothing for what was not', () =>
    within((timeline) => {
      const [first] = filled(timeline, 3)
      expect(timeline.get((first as StoredEvent).key)).toEqual(first)
      expect(timeline.get('nobody')).toBeUndefined()
      expect(timeline.size()).toBe(3)
      timeline.markConflict((first as StoredEvent).key)
      expect(timeline.get((first as StoredEvent).key)).toEqual({ ...first, conflict: true })
    }))

  test('its history is in order, knows names, and reads properties when asked', () =>
    within((timeline) => {
      filled(timeline, 12)
      const history = timeline.history.matching('*')
      expect(history.map((event) => event.id)).toEqual([...history.map((event) => event.id)].sort().reverse())
      expect(history[0]?.properties()).toEqual({ age: 11 })
      expect(timeline.history.matching('Thing *').length).toBe(12)
      expect(timeline.history.matching('Other').length).toBe(0)
      timeline.put({ ...row(99), event: { ...row(99).event, source: 'tributary', name: 'x ENTER' } })
      expect(timeline.history.matching('*').length).toBe(12)
    }))

  test('knows what identifies wrote to a trait, oldest first, whenever it is asked and whatever was pruned', () =>
    within((timeline) => {
      const identify = (age: number, traits: JsonObject, overrides: Partial<Event> = {}): StoredEvent => {
        const { key: _, ...rest } = row(age)
        const event = { ...rest.event, type: 'identify' as const, traits, ...overrides }
        const { name: __, properties: ___, ...bare } = event
        return { ...rest, key: eventKey(bare), event: bare }
      }
      const values = (name: string) =>
        timeline.history.writesOf(name).map(({ at, value }) => [(NOW - at) / 1_000, value])
      filled(timeline, 2)
      timeline.put(identify(5, { plan: 'free', age: 30 }))
      timeline.put(identify(9, { plan: null }))
      timeline.put(identify(7, { plan: 'trial' }, { type: 'group' }))
      expect(timeline.history.size).toBe(5)
      expect(values('plan')).toEqual([
        [9, null],
        [5, 'free'],
      ])
      // One that comes after the index was built, late, and at an instant that is taken: the greater source stands.
      timeline.put(identify(5, { plan: 'pro' }, { source: 'src_z' }))
      timeline.put(identify(8, { plan: 'x'.repeat(40_000) }))
      expect(values('plan')).toEqual([
        [9, null],
        [5, 'free'],
        [5, 'pro'],
      ])
      expect(values('age')).toEqual([[5, 30]])
      expect(values('constructor')).toEqual([])
      const odd: JsonObject = { 'a."b"': { c: [1, 'x', null] }, no: false, yes: true, pi: 3.25, text: '1', list: [] }
      timeline.put(identify(4, odd))
      for (const [name, value] of Object.entries(odd)) expect(values(name)).toEqual([[4, value]])
      timeline.prune(6, 0)
      expect(values('plan').map(([age]) => age)).toEqual([5, 5])
    }))

  test('prunes the oldest beyond what it keeps, then what arrived too long ago, and tells which', () =>
    within((timeline) => {
      const rows = filled(timeline, 10)
      const copies = (pruned: readonly StoredEvent[]) => pruned.map((each) => each.copyId).sort()
      expect(copies(timeline.prune(7, 0))).toEqual(['c7', 'c8', 'c9'])
      expect(copies(timeline.prune(7, NOW - 4_000))).toEqual(['c5', 'c6'])
      expect(timeline.prune(7, NOW - 4_000)).toEqual([])
      expect(timeline.size()).toBe(5)
      expect(timeline.history.matching('*').map(({ id }) => id)).toEqual(['m004', 'm003', 'm002', 'm001', 'm000'])
      expect(timeline.history.matching('Thing Done').length).toBe(5)
      expect(timeline.get((rows[9] as StoredEvent).key)).toBeUndefined()
    }))

  test('remembers the copy behind a pruned key until its day has passed', () =>
    within((timeline) => {
      const rows = [0, 1, 2].map((age) => row(age))
      const keys = rows.map(prunedKeyOf)
      const today = Math.floor(NOW / DAY)
      timeline.rememberPruned(keys, today - 30)
      for (const [i, { key }] of rows.entries()) expect(timeline.prunedCopy(key)).toBe(keys[i]?.copy)
      expect([...timeline.prunedKeys()].sort((a, b) => a.key - b.key)).toEqual([...keys].sort((a, b) => a.key - b.key))
      timeline.rememberPruned([{ ...prunedKeyOf(row(5)), day: today + 40 }], today + 10)
      expect(timeline.prunedCopy((rows[0] as StoredEvent).key)).toBeUndefined()
      expect(timeline.prunedKeys().length).toBe(1)
    }))

  test('remembers thousands of pruned keys, in as many steps as they come', () =>
    within((timeline) => {
      const keys = Array.from({ length: 3_000 }, (_, i) => ({ key: i + 1, copy: i * 7, day: 20_000 + (i % 2) }))
      for (let i = 0; i < keys.length; i += 700) timeline.rememberPruned(keys.slice(i, i + 700), 0)
      const sorted = [...timeline.prunedKeys()].sort((a, b) => a.key - b.key)
      expect(sorted).toEqual(keys)
    }))

  test('pages through all rows in key order, each once', () =>
    within((timeline) => {
      const rows = filled(timeline, 25)
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { rows: page, next } = timeline.page(cursor, 500)
        expect(page.length).toBeGreaterThan(0)
        seen.push(...page.map((each) => each.key))
        cursor = next
      }
      expect(seen).toEqual(rows.map((each) => each.key).sort())
    }))
}
