import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultSettings } from '../config/workspace-config.ts'
import type { Event } from '../event/event.ts'
import type { JsonValue } from '../kernel/json.ts'
import { changesOf, eventOfLine, withChanges } from './archived-event.ts'

const EVENT: Event = {
  source: 'src_web',
  messageId: 'm1',
  type: 'track',
  name: 'Paid',
  userId: 'u',
  properties: { total: 5 },
  context: {},
  timestamp: 1_000,
  receivedAt: 2_000,
  flags: [],
}
const fields = fc.dictionary(
  fc.constantFrom('name', 'userId', 'anonymousId', 'properties', 'traits', 'context'),
  fc.option(
    fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null),
    { nil: undefined },
  ),
)

test('the event of a line is the event that was applied, whatever the settings have become since', () => {
  fc.assert(
    fc.property(fields, (written) => {
      const after = JSON.parse(JSON.stringify({ ...EVENT, ...written })) as Event
      const changes = changesOf(EVENT, after)
      const kept = JSON.parse(JSON.stringify(changes ?? {})) as { [field: string]: JsonValue }
      expect(withChanges(EVENT, kept)).toEqual(after)
      expect(changesOf(EVENT, EVENT)).toBeUndefined()
    }),
  )
})

test('a line that was late stays so when the workspace has a wider window now', () => {
  const line = {
    timestamp: 500,
    flags: ['late'],
    envelope: { requestId: 'r', source: 'src_web', trust: 'public', origin: 'live', receivedAt: 2_000 },
    item: { i: 0, body: { type: 'track', event: 'Paid', messageId: 'm1', userId: 'u' } },
    changes: { userId: null, properties: { total: 7 } },
  }
  const event = eventOfLine(line, defaultSettings)
  expect(event).toMatchObject({ name: 'Paid', timestamp: 500, flags: ['late'], properties: { total: 7 } })
  expect(event).not.toHaveProperty('userId')
  expect(eventOfLine({ outcome: 'dropped' }, defaultSettings)).toBeUndefined()
})
