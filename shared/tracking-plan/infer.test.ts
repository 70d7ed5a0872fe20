import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent } from '../../test/support/builders.ts'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../kernel/json.ts'
import { planFaults } from './check-plan.ts'
import { addEvent, addInference, draftOf, type Inference, inferenceOf, inferenceText } from './infer.ts'
import { compilePlan, judgeEvent } from './judge-event.ts'
import type { TrackingPlan } from './tracking-plan.ts'

function inferred(events: readonly Event[]): Inference {
  const inference: Inference = new Map()
  for (const event of events) addEvent(inference, event)
  return inference
}

const DRAFT = { id: 'plan_a', name: 'A', version: 1, mode: 'enforce', unplanned: 'block' } as const
const keys = fc.constantFrom('a', 'b', 'plan', '*', 'x/y', '~', 'toString', '__proto__', 'email')
const leaves = fc.constantFrom<null | boolean | number | string>(
  ...[
    null,
    true,
    1,
    2.5,
    '',
    'pro',
    'free',
    'a@b.co',
    '2026-03-15T12:00:00Z',
    '2026-03-15',
    'https://x.test/a',
    '4711',
  ],
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    { weight: 3, arbitrary: leaves },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(keys, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
    },
  ),
}))
const bodies = fc
  .array(fc.tuple(keys, value), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries) as JsonObject)
const events = fc.array(
  fc.oneof(
    fc.record({ name: fc.constantFrom('Order', 'Cart', '__proto__'), properties: bodies }).map((one) => anEvent(one)),
    bodies.map((traits) => anEvent({ type: 'identify', traits })),
    bodies.map((properties) => anEvent({ type: 'page', properties })),
  ),
  { maxLength: 60 },
)

describe('a draft from what was seen', () => {
  test('a draft is the same in any order and any grouping of the events, and every one of them is valid under it', () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat(2), { maxLength: 60 }), (all, groupOf) => {
        const whole = draftOf(inferred(all))
        const groups = [0, 1, 2].map((group) => all.filter((_, i) => (groupOf[i] ?? 0) === group).toReversed())
        const parts = groups.toReversed().map((group) => inferenceOf(inferenceText(inferred(group))))
        const total = parts.reduce((into, part) => addInference(into, part), new Map() as Inference)
        expect(draftOf(total)).toEqual(whole)
        expect(planFaults(whole)).toEqual([])
        const plan: TrackingPlan = { ...DRAFT, events: [...whole.events] }
        const plans = [compilePlan(plan)]
        for (const event of all) expect(judgeEvent(plans, event).action).toBeUndefined()
      }),
    )
  })

  test('says what somebody would have written', () => {
    const plans = ['pro', 'free', 'team']
    const all = Array.from({ length: 30 }, (_, i) =>
      anEvent({
        name: 'Signed Up',
        properties: {
          plan: plans[i % 3] as string,
          seats: i,
          price: i / 2,
          email: `u${i}@x.test`,
          firstName: 'Anna',
          at: '2026-03-15T12:00:00Z',
          company: i % 2 ? { size: 3, site: 'https://x.test' } : null,
          tags: ['a', 'b'],
          ...(i % 5 ? { coupon: 'X' } : {}),
        },
      }),
    )
    const [event] = draftOf(inferred(all)).events
    expect(event).toEqual({
      name: 'Signed Up',
      version: 1,
      onViolation: 'allow',
      schema: {
        type: 'object',
        properties: {
          at: { type: 'string', format: 'date-time' },
          company: {
            type: ['null', 'object'],
            properties: { site: { type: 'string', format: 'uri' }, size: { type: 'integer' } },
          },
          coupon: { type: 'string', enum: ['X'] },
          email: { type: 'string', format: 'email' },
          firstName: { type: 'string' },
          plan: { type: 'string', enum: ['free', 'pro', 'team'] },
          price: { type: 'number' },
          seats: { type: 'integer' },
          tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
        },
        required: ['at', 'company', 'email', 'firstName', 'plan', 'price', 'seats', 'tags'],
      },
    })
  })

  test('is bounded, whatever comes, and what it keeps does not depend on what came first', () => {
    const wide = (from: number) =>
      anEvent({
        name: 'Wide',
        properties: Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`p${from + i}`, i])),
      })
    const many = Array.from({ length: 5_000 }, (_, i) => anEvent({ name: `Event ${i}` }))
    const forth = draftOf(inferred([wide(0), wide(500), ...many]))
    const back = draftOf(inferred([...many.toReversed(), wide(500), wide(0)]))
    expect(forth.events.length).toBe(2_000)
    expect(forth.events).toEqual(back.events)
    const alone = draftOf(inferred([wide(0), wide(500)])).events
    expect(alone).toEqual(draftOf(inferred([wide(500), wide(0)])).events)
    expect(Object.keys(alone[0]?.schema['properties'] as object)).toHaveLength(199)
  })
})
