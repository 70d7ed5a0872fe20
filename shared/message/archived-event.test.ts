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
    fc.oneof(
      fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'within'), fc.jsonValue({ maxDepth: 1 })),
    ),
    { nil: undefined },
  ),
)

const objects = fc.record({
  context: fc.dictionary(fc.constantFrom('a', 'b', 'within'), fc.jsonValue({ maxDepth: 1 })),
  properties: fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue({ maxDepth: 1 })),
})

test('the event of a line is the event that was applied, whatever the settings have become since', () => {
  fc.assert(
    fc.property(fields, objects, (written, inside) => {
      const after = JSON.parse(JSON.stringify({ ...EVENT, ...written })) as Event
      const changes = changesOf(EVENT, after)
      const kept = JSON.parse(JSON.stringify(changes ?? {})) as { [field: string]: JsonValue }
      expect(withChanges(EVENT, kept)).toEqual(after)
      expect(changesOf(EVENT, EVENT)).toBeUndefined()
      // The same over an event with something in its objects: fields added to them, replaced and taken away.
      const told = { ...EVENT, ...inside } as Event
      const next = JSON.parse(JSON.stringify({ ...told, ...written })) as Event
      const kept2 = JSON.parse(JSON.stringify(changesOf(told, next) ?? {})) as { [field: string]: JsonValue }
      expect(withChanges(told, kept2)).toEqual(next)
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

test('an event that was enriched is kept without its whole context once more', () => {
  const before = { ...EVENT, context: { page: { url: 'https://a.example' }, locale: 'de' } }
  const context = { ...before.context, os: { name: 'iOS' }, locale: 'de-DE' }
  expect(changesOf(before, { ...before, context })).toEqual({
    within: { context: { os: { name: 'iOS' }, locale: 'de-DE' } },
  })
  const { locale: _, ...without } = context
  expect(changesOf(before, { ...before, context: without })).toEqual({ context: without })
})
