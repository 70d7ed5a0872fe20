import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent } from '../../test/support/builders.ts'
import { DAY, HOUR } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import { compilePlan, judgeEvent } from './judge-event.ts'
import { addTally, countFindings, foldedCell, type PlanCell, type PlanTally } from './plan-tally.ts'
import { eventCounts, violationCounts } from './read-tally.ts'
import type { TrackingPlan } from './tracking-plan.ts'

const NOW = 1_800_000_000_000
const plan: TrackingPlan = {
  id: 'plan_a',
  name: 'A',
  version: 1,
  mode: 'observe',
  unplanned: 'allow',
  events: [{ name: 'Order', version: 1, onViolation: 'block', schema: { properties: { total: { type: 'number' } } } }],
}
const plans = [compilePlan(plan)]

function tallyOf(events: readonly ReturnType<typeof anEvent>[]): PlanTally {
  const tally: PlanTally = {}
  for (const event of events) countFindings(tally, judgeEvent(plans, event).findings, event)
  return tally
}

const properties = fc.constantFrom<JsonObject>({ total: 1 }, { total: 'x' }, { total: null }, {}, { total: [1, 2] })
const events = fc.array(
  fc.record({
    name: fc.constantFrom('Order', 'Odd', '__proto__'),
    properties,
    receivedAt: fc.integer({ min: NOW - 20 * HOUR, max: NOW }),
    messageId: fc.uuid(),
  }),
  { maxLength: 40 },
)

describe('a tally', () => {
  test('counts of violations and their samples are the same in any order and any grouping', () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat(3), { maxLength: 40 }), (made, groupOf) => {
        const all = made.map((one) => anEvent(one))
        const groups = [0, 1, 2, 3].map((group) => all.filter((_, i) => (groupOf[i] ?? 0) === group))
        const total: PlanTally = {}
        for (const group of groups.toReversed()) addTally(total, tallyOf(group.toReversed()))
        expect(total).toEqual(tallyOf(all))
      }),
    )
  })

  test('every planned event is counted once, as valid or with its violations', () => {
    fc.assert(
      fc.property(events, (made) => {
        const tally = tallyOf(made.map((one) => anEvent(one)))
        const question = { from: 0, to: NOW, by: 'day' as const }
        const orders = made.filter(({ name }) => name === 'Order')
        const wrong = orders.filter((one) => 'total' in one.properties && typeof one.properties['total'] !== 'number')
        const [counts] = eventCounts(tally, question)
        expect(counts ?? { total: 0, valid: 0 }).toMatchObject({
          total: orders.length,
          valid: orders.length - wrong.length,
        })
        const found = violationCounts(tally, question).reduce((sum, { count }) => sum + count, 0)
        expect(found).toBe(wrong.length + made.length - orders.length)
      }),
    )
  })

  test('names that are made up do not grow it without end', () => {
    const tally = tallyOf(Array.from({ length: 5_000 }, (_, i) => anEvent({ name: `made up ${i}` })))
    expect(Object.keys(tally).length).toBeLessThan(2_100)
    const counts = violationCounts(tally, { from: 0, to: NOW * 2, by: 'day' })
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(5_000)
  })

  test('a week is kept by the hour, 90 days by the day, and then nothing', () => {
    const cell: PlanCell = { hours: {}, days: {}, firstAt: NOW - 100 * DAY, lastAt: NOW, samples: [] }
    for (let ago = 0; ago < 100 * DAY; ago += HOUR) cell.hours[String(NOW - (NOW % HOUR) - ago)] = 1
    const folded = foldedCell(cell, NOW) as PlanCell
    expect(Object.keys(folded.hours)).toHaveLength(168)
    const days = Object.values(folded.days)
    expect(days.length).toBeGreaterThan(82)
    expect(days.length).toBeLessThan(85)
    expect(days.reduce((sum, count) => sum + count, 0) + 168).toBeLessThanOrEqual(90 * 24)
    expect(foldedCell(folded, NOW + 200 * DAY)).toBeUndefined()
    expect(foldedCell(folded, NOW)).toEqual(folded)
  })
})
