import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../kernel/instant.ts'
import { addReading, countOutcome, emptyReading, type MeterReading, observe } from './meter.ts'
import { addPulse, addRow, emptyPulse, KEPT_SLOTS, mostWithinMs, recentPulse, SLOT_MS } from './pulse.ts'
import { countAt } from './source-hours.ts'

const NOW = 1_800_000_000_000
const outcomes = fc.constantFrom(
  { kind: 'applied' as const, late: true },
  { kind: 'duplicate' as const, conflict: true },
  { kind: 'dropped' as const, reason: 'late' as const },
  { kind: 'rejected' as const, reason: 'missing_name' as const },
  { kind: 'dead_letter' as const, stage: 'plan' as const, reason: 'broken' },
)
type Copy = readonly [outcome: Parameters<typeof countOutcome>[1], lagMs: number]
const row = fc.tuple(
  fc.integer({ min: NOW - 2 * HOUR, max: NOW }),
  fc.array(fc.tuple(outcomes, fc.integer({ min: 0, max: HOUR })), { maxLength: 9 }),
)

function readingOf(at: number, copies: readonly Copy[]): MeterReading {
  const reading = emptyReading()
  for (const [outcome, lagMs] of copies) {
    countOutcome(reading.counts, outcome)
    countAt((reading.sources ??= {}), 'src_a', at, outcome)
    if (outcome.kind === 'applied') observe(reading.apply, lagMs)
  }
  return reading
}

/** As a meter folds: the sum of its rows, with their slots. */
function folded(rows: readonly (readonly [number, readonly Copy[]])[]): MeterReading {
  const [total, pulse] = [emptyReading(), emptyPulse()]
  for (const [at, copies] of rows) {
    addReading(total, readingOf(at, copies))
    addRow(pulse, at, readingOf(at, copies), false)
  }
  return { ...total, slots: pulse.slots }
}

test('a pulse is the same however the rows of meters were grouped and folded', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), fc.nat(40), (rows, foldAt, meterAt) => {
      const whole = emptyPulse()
      for (const [at, copies] of rows) addRow(whole, at, readingOf(at, copies), false)
      const [one, other] = [emptyPulse(), emptyPulse()]
      addRow(one, NOW, folded(rows.slice(0, foldAt)), true)
      rows
        .slice(foldAt)
        .forEach(([at, copies], i) => void addRow(i < meterAt ? other : one, at, readingOf(at, copies), false))
      expect(addPulse(other, one)).toEqual(whole)
    }),
  )
})

test('every copy is in one slot, under its outcome', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
      const pulse = emptyPulse()
      for (const [at, copies] of rows) addRow(pulse, at, readingOf(at, copies), false)
      const counts = Object.values(pulse.slots).flatMap((slot) => Object.values(slot.counts))
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(rows.reduce((sum, [, copies]) => sum + copies.length, 0))
      for (const from of Object.keys(pulse.slots)) expect(Number(from) % SLOT_MS).toBe(0)
    }),
  )
})

test('half an hour is kept by slots and a day by hours, with the ones that have only begun', () => {
  const pulse = emptyPulse()
  for (let ago = 0; ago < 30 * HOUR; ago += MINUTE) {
    addRow(pulse, NOW - ago, readingOf(NOW - ago, [[{ kind: 'applied' }, 7]]), false)
  }
  const { slots, hours } = recentPulse(pulse, NOW)
  const froms = Object.keys(slots).map(Number)
  expect(Math.min(...froms)).toBeGreaterThan(NOW - KEPT_SLOTS * SLOT_MS)
  expect(froms).toHaveLength(30)
  expect(Object.keys(hours)).toHaveLength(24)
  expect(Math.min(...Object.keys(hours).map(Number))).toBeGreaterThan(NOW - DAY)
  expect(Object.keys(recentPulse(pulse, NOW, NOW - MINUTE).slots)).toHaveLength(2)
})

test('a row of an older version that was folded says nothing of when its events were', () => {
  const pulse = emptyPulse()
  addRow(pulse, NOW, readingOf(NOW, [[{ kind: 'applied' }, 7]]), true)
  expect(pulse.slots).toEqual({})
})

test('of a hundred events ninety-five were within the bound that is told', () => {
  const slot = (...lags: number[]) => {
    const reading = readingOf(
      NOW,
      lags.map((lag) => [{ kind: 'applied' }, lag]),
    )
    return { counts: { applied: lags.length }, lag: reading.apply.buckets }
  }
  expect(mostWithinMs([])).toEqual({ events: 0, withinMs: null })
  expect(mostWithinMs([slot(...Array<number>(95).fill(60)), slot(...Array<number>(5).fill(9_000))])).toEqual({
    events: 100,
    withinMs: 100,
  })
  expect(mostWithinMs([slot(1, 2, 3, 400)]).withinMs).toBe(500)
  expect(mostWithinMs([slot(2 * HOUR)])).toEqual({ events: 1, withinMs: null })
})
