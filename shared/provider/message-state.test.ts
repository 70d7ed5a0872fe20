import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MESSAGE_TYPES } from './hook-event.ts'
import { joinStates, type MessageStanding, STATES, standingAfter, UNKNOWN_STANDING } from './message-state.ts'

const event = fc.record({ type: fc.constantFrom(...MESSAGE_TYPES) })
const known = (events: readonly { readonly type: (typeof MESSAGE_TYPES)[number] }[]): MessageStanding =>
  events.reduce(standingAfter, UNKNOWN_STANDING)

describe('what is known of a message', () => {
  test('the order and repetition of events change nothing', () => {
    const shuffled = fc
      .array(event)
      .chain((events) =>
        fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })),
      )
    fc.assert(
      fc.property(shuffled, ([events, again]) => {
        expect(known(again)).toEqual(known(events))
      }),
    )
  })

  test('joining states is associative, commutative and idempotent', () => {
    const state = fc.option(fc.constantFrom(...STATES), { nil: undefined })
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(joinStates(joinStates(a, b), c)).toBe(joinStates(a, joinStates(b, c)))
        expect(joinStates(a, b)).toBe(joinStates(b, a))
        expect(joinStates(a, a)).toBe(a)
      }),
    )
  })

  test.each([
    [['delivered', 'sent'], { state: 'delivered', facts: [] }],
    [['opened'], { state: 'delivered', facts: ['opened'] }],
    [['read', 'delivered', 'accepted'], { state: 'read', facts: [] }],
    [['bounced', 'delivered'], { state: 'bounced', facts: [] }],
    [['complained', 'delivered'], { state: 'delivered', facts: ['complained'] }],
    [['unsubscribed'], { facts: ['unsubscribed'] }],
  ] as const)('after %j: %j', (types, standing) => {
    expect(known(types.map((type) => ({ type })))).toEqual(standing)
  })
})
