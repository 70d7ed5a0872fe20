import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent } from '../../test/support/builders.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { ACTIONS, compilePlan, judgeEvent } from './judge-event.ts'
import { omitPlaces } from './omit-places.ts'
import { byVersion } from './planned-event.ts'
import type { PlannedEvent, TrackingPlan } from './tracking-plan.ts'

function aPlan(event: Partial<PlannedEvent>, overrides: Partial<TrackingPlan> = {}): TrackingPlan {
  const planned = {
    name: 'Order',
    version: 1,
    schema: { required: ['total'] },
    onViolation: 'block' as const,
    ...event,
  }
  return { id: 'plan_a', name: 'A', version: 1, mode: 'enforce', unplanned: 'allow', events: [planned], ...overrides }
}
const order = (properties: JsonObject, context: JsonObject = {}) => anEvent({ name: 'Order', properties, context })

describe('an event under several plans', () => {
  const actions = fc.constantFrom(...(['allow', 'omit', 'block', 'quarantine'] as const))
  test('meets the strictest of them, in whatever order they stand', () => {
    fc.assert(
      fc.property(fc.array(actions, { minLength: 1, maxLength: 5 }), (all) => {
        const plans = all.map((onViolation) => compilePlan(aPlan({ onViolation })))
        const expected = all.toSorted((a, b) => ACTIONS.indexOf(b) - ACTIONS.indexOf(a))[0]
        expect(judgeEvent(plans, order({})).action).toBe(expected)
        expect(judgeEvent(plans.toReversed(), order({})).action).toBe(expected)
        expect(judgeEvent(plans, order({ total: 1 })).action).toBeUndefined()
      }),
    )
  })

  test('a plan that only observes plans nothing for another that is enforced', () => {
    const draft = compilePlan(aPlan({ name: 'Odd', schema: {} }, { id: 'plan_b', mode: 'observe' }))
    const enforced = compilePlan(aPlan({}, { unplanned: 'quarantine' }))
    expect(judgeEvent([draft, enforced], anEvent({ name: 'Odd' })).action).toBe('quarantine')
    expect(judgeEvent([draft], anEvent({ name: 'Else' })).action).toBe('observe')
  })

  test('a source that a plan does not name is none of its business', () => {
    const plan = compilePlan(aPlan({}, { sources: ['src_other'] }))
    expect(judgeEvent([plan], order({})).findings).toEqual([])
  })
})

describe('the version of an event', () => {
  const versions = ['1', '1.10', '1.9'].map((version) => ({
    ...(aPlan({}).events[0] as PlannedEvent),
    version,
    schema: { required: [version] },
  }))
  const plan = compilePlan({ ...aPlan({}), events: versions })
  const missing = (context: JsonObject) => judgeEvent([plan], order({}, context)).first?.path

  test.each<[JsonObject, string]>([
    [{ protocols: { event_version: '1.9' } }, 'properties.1.9'],
    [{ protocols: { event_version: 1 } }, 'properties.1'],
    [{ protocols: { event_version: 7 } }, 'properties.1.10'],
    [{ protocols: 'none' }, 'properties.1.10'],
    [{}, 'properties.1.10'],
  ])('for %j', (context, path) => expect(missing(context)).toBe(path))

  test('is ordered by its numbers', () => {
    expect([2, '1.9', '1.10', 1].sort(byVersion)).toEqual([1, '1.9', '1.10', 2])
  })
})

describe('omitting', () => {
  test('takes exactly the places away, and leaves what it was given as it was', () => {
    const properties = { a: 1, list: [1, 'x', { y: 2, z: 3 }], 'd.o.t': 4 }
    const event = order(properties)
    const before = structuredClone(event)
    const places = [
      ['properties', 'a'],
      ['properties', 'list', 0],
      ['properties', 'list', 2, 'y'],
      ['properties', 'd.o.t'],
      ['properties', 'not', 'there'],
      ['properties'],
    ]
    expect(omitPlaces(event, places).properties).toEqual({ list: ['x', { z: 3 }] })
    expect(event).toEqual(before)
  })

  test('an array in an array keeps its form', () => {
    expect(
      omitPlaces(
        order({
          grid: [
            [1, 2],
            ['x', 3],
          ],
        }),
        [['properties', 'grid', 1, 0]],
      ).properties,
    ).toEqual({
      grid: [[1, 2], [3]],
    })
  })

  test('of what is not as planned leaves an event that is, unless something is missing', () => {
    const schema = {
      properties: { a: { type: 'number' }, b: { type: 'array', items: { type: 'string' } } },
      additionalProperties: false,
    }
    const plans = [compilePlan(aPlan({ onViolation: 'omit', schema }))]
    const values = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), values), (properties) => {
        const event = order({ ...properties })
        const rest = omitPlaces(event, judgeEvent(plans, event).omitted)
        expect(judgeEvent(plans, rest).action).toBeUndefined()
      }),
    )
  })
})
