import { expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import type { JsonValue } from '../kernel/json.ts'
import { changesOf } from '../message/archived-event.ts'
import { identifiersOfLine } from './line-names.ts'

test('a line is found by the identifiers that were sent and by those that a stage added, wherever they stand', () => {
  const context = { locale: 'de', externalIds: [{ type: 'loyalty', id: 'L1' }] }
  const body = { type: 'track', event: 'Paid', userId: 'u1', context }
  const sent = { type: 'track', name: 'Paid', userId: 'u1', context } as unknown as Event
  const after = {
    ...sent,
    userId: 'u2',
    context: { ...context, os: { name: 'iOS' }, externalIds: [{ type: 'loyalty', id: 'L2' }] },
  }
  const line = { item: { i: 0, body }, changes: changesOf(sent, after) as JsonValue }
  const found = identifiersOfLine(line).map(({ type, match }) => `${type}:${match}`)
  expect(found.sort()).toEqual(['loyalty:L1', 'loyalty:L2', 'user_id:u1', 'user_id:u2'])
})
