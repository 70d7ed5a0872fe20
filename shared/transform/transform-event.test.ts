import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, NOW } from '../../test/support/builders.ts'
import { defaultSettings } from '../config/workspace-config.ts'
import { EVENT_TYPES } from '../event/event.ts'
import { normalize } from '../event/normalize.ts'
import { validateItem } from '../event/validate-item.ts'
import { toIso } from '../kernel/instant.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { eventDocument, eventOfDocument } from './event-document.ts'
import { Mapping, type MappingStep } from './mapping.ts'
import { type Transformed, transformEvent } from './transform-event.ts'

const sha = (text: string) => `#${text}#`
const transformed = (event: Parameters<typeof transformEvent>[0], ...steps: unknown[]): Transformed =>
  transformEvent(event, Mapping.parse(steps), sha, defaultSettings)

const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>
const object = fc.dictionary(
  fc.constantFrom('a', 'b', 'email', 'constructor', 'name'),
  json,
) as fc.Arbitrary<JsonObject>
const id = fc.option(fc.string({ minLength: 1, maxLength: 5 }), { nil: undefined })
/** Events as they come out of normalisation, with whatever a sender may add. */
const event = fc
  .record({
    body: fc.record(
      {
        type: fc.constantFrom(...EVENT_TYPES),
        event: fc.constant('Paid'),
        name: fc.constant('Home'),
        groupId: fc.constant('g'),
        previousId: fc.constant('p'),
        userId: fc.constant('u'),
        anonymousId: id,
        properties: object,
        traits: object,
        context: object,
        source: fc.constant('newsletter'),
        colour: json,
        timestamp: fc
          .date({ min: new Date(NOW - 1e9), max: new Date(NOW), noInvalidDate: true })
          .map((d) => d.toISOString()),
      },
      { requiredKeys: ['type', 'event', 'name', 'groupId', 'previousId', 'userId'] },
    ),
  })
  .map(({ body }) => {
    const clean = JSON.parse(JSON.stringify(body)) as JsonObject
    return normalize(
      { source: 'src_web', receivedAt: NOW },
      { messageId: 'm', body: clean },
      body.type,
      defaultSettings,
    )
  })
const field = fc.constantFrom(
  'event',
  'name',
  'userId',
  'properties',
  'traits',
  'context',
  'timestamp',
  'colour',
  'type',
  'messageId',
  'properties.a',
  'context.b.c',
  'x',
)
const step = fc.oneof(
  fc.record({ op: fc.constantFrom('rename' as const, 'copy' as const), from: field, to: field }),
  fc.record({ op: fc.constant('remove' as const), path: field }),
  fc.record({ op: fc.constant('set' as const), to: field, value: json }),
  fc.record({ op: fc.constant('pick' as const), paths: fc.array(field, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    op: fc.constant('template' as const),
    to: field,
    template: fc.constantFrom('{{event}}', '', 'x'.repeat(300)),
  }),
  fc.record({
    op: fc.constant('filter' as const),
    path: field,
    is: fc.constantFrom('exists' as const, 'not_exists' as const),
  }),
  fc.record({ op: fc.constant('hash' as const), path: field, normalise: fc.constant('none' as const) }),
  fc.record({ op: fc.constant('mask' as const), path: field, keep: fc.integer({ min: 0, max: 4 }) }),
)

describe('an event and its document', () => {
  test('an event whose document nobody changed comes back as it was', () => {
    fc.assert(
      fc.property(event, (event) => {
        const back = eventOfDocument(event, eventDocument(event), defaultSettings)
        expect(back).toEqual({ ok: true, value: event })
        if (back.ok) expect(back.value.extra).toBe(event.extra) // untouched fields stay the same object: nothing is archived twice
      }),
    )
  })

  test('what comes out is a valid event of the same source, messageId, type and arrival, or nothing does', () => {
    fc.assert(
      fc.property(event, fc.array(step, { maxLength: 6 }), (event, steps) => {
        // What came in by a batch may be over a rule already, which is not held against a transformation.
        fc.pre(validateItem(eventDocument(event), undefined).ok)
        const before = JSON.stringify(event)
        const result = transformEvent(event, steps as readonly MappingStep[], sha, defaultSettings)
        expect(JSON.stringify(event)).toBe(before)
        if (result.kind !== 'changed') return
        const { source, messageId, type, receivedAt } = event
        expect(result.event).toMatchObject({ source, messageId, type, receivedAt })
        expect(validateItem(eventDocument(result.event), undefined)).toEqual({ ok: true, value: type })
        expect(Number.isInteger(result.event.timestamp)).toBe(true)
        const again = eventOfDocument(result.event, eventDocument(result.event), defaultSettings)
        expect(again).toEqual({ ok: true, value: result.event })
      }),
      { numRuns: 500 },
    )
  })

  test('speaks the words of the SDKs, each call its own', () => {
    const track = anEvent({ name: 'Paid', properties: { total: 5 }, extra: { colour: 'red' }, timestamp: NOW })
    expect(eventDocument(track)).toEqual({
      messageId: track.messageId,
      type: 'track',
      source: 'src_test',
      event: 'Paid',
      userId: 'u1',
      properties: { total: 5 },
      context: {},
      colour: 'red',
      timestamp: toIso(NOW),
      receivedAt: toIso(NOW),
    })
    expect(eventDocument(anEvent({ type: 'page', name: 'Home' }))).toMatchObject({ type: 'page', name: 'Home' })
  })
})

describe('a transformation', () => {
  const EVENT = anEvent({ name: 'Ordr', properties: { total: '5', card: '4242424242424242' }, timestamp: NOW })

  test('renames the event, moves and hides values, and leaves alone what it does not name', () => {
    const result = transformed(
      EVENT,
      { op: 'set', to: 'event', value: 'Order' },
      { op: 'rename', from: 'properties.total', to: 'properties.value' },
      { op: 'mask', path: 'properties.card', keep: 4 },
      { op: 'set', to: 'colour', value: 'red' },
    )
    const properties = { value: '5', card: '********4242' }
    expect(result).toEqual({
      kind: 'changed',
      event: { ...EVENT, name: 'Order', properties, extra: { colour: 'red' } },
    })
  })

  test('that does nothing to an event says so, and one that filters says where', () => {
    expect(transformed(EVENT, { op: 'rename', from: 'properties.none', to: 'x' })).toEqual({ kind: 'unchanged' })
    const paid = { op: 'filter', path: 'properties.paid', is: 'exists' }
    expect(transformed(EVENT, { op: 'remove', path: 'x' }, paid)).toEqual({
      kind: 'dropped',
      reason: 'steps.1: filter',
    })
  })

  test('that picks keeps what names the event; what it takes away of a person is gone', () => {
    const kept = transformed(EVENT, { op: 'pick', paths: ['event', 'userId', 'properties.total'] })
    expect(kept).toMatchObject({
      kind: 'changed',
      event: { type: 'track', source: 'src_test', properties: { total: '5' } },
    })
    expect(transformed(EVENT, { op: 'pick', paths: ['event'] })).toMatchObject({ kind: 'failed' })
  })

  test.each<[string, unknown, string]>([
    ['takes the name', { op: 'remove', path: 'event' }, 'event'],
    ['makes the name an object', { op: 'set', to: 'event', value: {} }, 'event'],
    ['makes properties a text', { op: 'set', to: 'properties', value: 'x' }, 'properties'],
    ['writes what may not be written', { op: 'set', to: 'messageId', value: 'other' }, 'messageId'],
    ['makes the id an object', { op: 'set', to: 'userId', value: {} }, 'userId'],
    ['makes an id too long', { op: 'set', to: 'userId', value: 'x'.repeat(300) }, 'userId'],
    ['writes no time', { op: 'set', to: 'timestamp', value: 'tomorrow' }, 'timestamp'],
    [
      'makes it larger than an event may be',
      { op: 'set', to: 'properties.x', value: 'x'.repeat(LIMITS.eventBytes) },
      'larger',
    ],
    ['makes it too deep', { op: 'rename', from: 'properties', to: `properties.${'a.'.repeat(30)}b` }, 'properties'],
  ])('that %s makes no event of it, and the field is named', (_, step, where) => {
    const result = transformed(EVENT, step)
    expect(result.kind === 'failed' && result.reason).toMatch(new RegExp(`^${where}`))
  })

  test('may set the time; one that cannot be becomes the arrival, as for everybody who sends', () => {
    const at = (value: string) => transformed(EVENT, { op: 'set', to: 'timestamp', value })
    expect(at('2026-03-15T11:59:00Z')).toMatchObject({ event: { timestamp: NOW - 60_000, flags: [] } })
    expect(at('2020-01-01T00:00:00Z')).toMatchObject({ event: { timestamp: Date.UTC(2020), flags: ['late'] } })
    expect(at('2999-01-01T00:00:00Z')).toMatchObject({ event: { timestamp: NOW, flags: ['clock'] } })
  })

  test('an event that came in over a limit by its batch is not held against a transformation that shrinks it', () => {
    const large = anEvent({ context: { batch: 'x'.repeat(LIMITS.eventBytes) }, properties: { a: 1, b: 2 } })
    expect(transformed(large, { op: 'remove', path: 'properties.a' })).toMatchObject({ kind: 'changed' })
    expect(transformed(large, { op: 'set', to: 'properties.c', value: 1 })).toMatchObject({ kind: 'failed' })
  })

  test('cleans what it writes: no NUL, no half of a character', () => {
    const result = transformed(EVENT, { op: 'set', to: 'properties.x', value: 'a\u0000\ud800' })
    expect(result).toMatchObject({ event: { properties: { x: 'a\uFFFD\uFFFD' } } })
  })
})
