import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR } from '../kernel/instant.ts'
import { addHours, countAt, KEPT_HOURS, recentHours, type SourceHours } from './source-hours.ts'

const NOW = 1_800_000_000_000
const outcomes = fc.constantFrom(
  { kind: 'applied' as const, late: false },
  { kind: 'rejected' as const, reason: 'missing_name' as const },
  { kind: 'dropped' as const, reason: 'late' as const },
)
const copies = fc.array(
  fc.tuple(fc.constantFrom('src_a', 'src_b', '__proto__'), fc.integer({ min: NOW - 9 * HOUR, max: NOW }), outcomes),
  { maxLength: 60 },
)

type Copy = readonly [source: string, at: number, outcome: Parameters<typeof countAt>[3]]

function counted(all: readonly Copy[]): SourceHours {
  const hours: SourceHours = Object.create(null)
  for (const [source, at, outcome] of all) countAt(hours, source, at, outcome)
  return hours
}

test('counts of sources are the same in any order and any grouping', () => {
  fc.assert(
    fc.property(copies, fc.array(fc.nat(3), { maxLength: 60 }), (all, groupOf) => {
      const groups = [0, 1, 2, 3].map((group) => all.filter((_, i) => (groupOf[i] ?? 0) === group))
      const total: SourceHours = Object.create(null)
      for (const group of groups.reverse()) addHours(total, counted(group))
      expect(total).toEqual(counted(all))
    }),
  )
})

test('every copy is accepted or rejected, once', () => {
  fc.assert(
    fc.property(copies, (all) => {
      const cells = Object.values(counted(all)).flatMap((hours) => Object.values(hours))
      expect(cells.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0)).toBe(all.length)
    }),
  )
})

test('a week is kept, and when a silent source was last seen', () => {
  const hours: SourceHours = {}
  const applied = { kind: 'applied' as const, late: false }
  for (let ago = 0; ago < 400; ago++) countAt(hours, 'src_busy', NOW - ago * HOUR, applied)
  countAt(hours, 'src_silent', NOW - 1_000 * HOUR, applied)
  countAt(hours, 'src_silent', NOW - 900 * HOUR, applied)
  const kept = recentHours(hours, NOW)
  expect(Object.keys(kept['src_busy'] ?? {})).toHaveLength(KEPT_HOURS)
  expect(Object.values(kept['src_silent'] ?? {}).map(({ lastAt }) => lastAt)).toEqual([NOW - 900 * HOUR])
})

test('what one row holds is bounded, however many sources there are', () => {
  const hours: SourceHours = {}
  for (let i = 0; i < 9_000; i++) countAt(hours, `src_${i}`, NOW - i * HOUR, { kind: 'applied', late: false })
  const kept = recentHours(hours, NOW)
  expect(Object.keys(kept)).toHaveLength(8_000)
  expect(kept).toHaveProperty('src_0')
  expect(JSON.stringify(kept).length).toBeLessThan(1_000_000)
})
