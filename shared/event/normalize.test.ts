import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import rudderNode from '../../test/fixtures/sdk/rudder-node.json'
import segmentBrowser from '../../test/fixtures/sdk/segment-browser.json'
import segmentNode from '../../test/fixtures/sdk/segment-node.json'
import { identifierName, identifierOf, identifiersOf } from '../identity/identifier.ts'
import { IdentitySettings, usableIdentifiers } from '../identity/identity-settings.ts'
import { HOUR, MINUTE, parseInstant, toIso } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import { type Envelope, normalize } from './normalize.ts'
import { decideTime, isLate } from './time-rule.ts'
import { validateItem } from './validate-item.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const settings = { windowMs: 2_000, graceMs: 120_000 }

function normalized(body: JsonObject, envelope: Partial<Envelope> = {}) {
  const type = validateItem(body, undefined)
  if (!type.ok) throw new Error(type.failure.message)
  return normalize(
    { source: 'src_test', receivedAt: NOW, ...envelope },
    { messageId: 'made', body },
    type.value,
    settings,
  )
}

describe('validateItem', () => {
  test.each([
    ['a string', 'x', 'not_an_object', ''],
    ['an array', [], 'not_an_object', ''],
    ['no type', { userId: 'u' }, 'unknown_type', 'type'],
    ['an unknown type', { type: 'dance', userId: 'u' }, 'unknown_type', 'type'],
    ['a type from the prototype', { type: 'constructor', userId: 'u' }, 'unknown_type', 'type'],
    ['a track without a name', { type: 'track', userId: 'u' }, 'missing_name', 'event'],
    ['a track with a blank name', { type: 'track', userId: 'u', event: ' ' }, 'missing_name', 'event'],
    ['a track whose name is a number', { type: 'track', userId: 'u', event: 7 }, 'wrong_type', 'event'],
    [
      'properties that are a list',
      { type: 'track', userId: 'u', event: 'e', properties: [] },
      'wrong_type',
      'properties',
    ],
    ['traits that are text', { type: 'identify', userId: 'u', traits: 'x' }, 'wrong_type', 'traits'],
    ['an id that is an object', { type: 'identify', userId: { $ne: 1 } }, 'wrong_type', 'userId'],
    ['nobody', { type: 'track', event: 'e', userId: null, anonymousId: '' }, 'missing_identifier', 'userId'],
    ['an id of 256 characters', { type: 'identify', userId: 'x'.repeat(256) }, 'id_too_long', 'userId'],
    [
      'a messageId of 256 characters',
      { type: 'identify', userId: 'u', messageId: 'x'.repeat(256) },
      'id_too_long',
      'messageId',
    ],
    [
      'an e-mail address of 10 KB, which the profile would have lost without a word',
      { type: 'identify', userId: 'u', traits: { email: `${'x'.repeat(10_000)}@x.co` } },
      'id_too_long',
      'traits.email',
    ],
    [
      'a phone of 256 digits in the context',
      { type: 'identify', userId: 'u', context: { traits: { phone: '1'.repeat(256) } } },
      'id_too_long',
      'context.traits.phone',
    ],
    [
      'a device of 256 characters',
      { type: 'page', userId: 'u', context: { device: { id: 'x'.repeat(256) } } },
      'id_too_long',
      'context.device.id',
    ],
    [
      'an external id of 256 characters',
      { type: 'page', userId: 'u', context: { externalIds: [null, { type: 'crm', id: 'x'.repeat(256) }] } },
      'id_too_long',
      'context.externalIds.1.id',
    ],
    [
      'a numeric id that JSON rounds, because two of them would be one person',
      { type: 'page', userId: Number('1234567890123456789') },
      'wrong_type',
      'userId',
    ],
    [
      'a numeric external id that JSON rounds',
      { type: 'page', userId: 'u', context: { externalIds: [{ type: 'crm', id: 2 ** 53 }] } },
      'wrong_type',
      'context.externalIds.0.id',
    ],
    ['a group without groupId', { type: 'group', userId: 'u' }, 'missing_group', 'groupId'],
    ['an alias without previousId', { type: 'alias', userId: 'u' }, 'missing_previous', 'previousId'],
  ])('refuses %s, naming the field', (_, item, code, path) => {
    expect(validateItem(item, undefined)).toMatchObject({ ok: false, failure: { code, path } })
  })

  test('a track without a name gets exactly the contract\u2019s words', () => {
    expect(validateItem({ type: 'track', userId: 'u' }, undefined)).toMatchObject({
      failure: { message: 'TRACK events require a name' },
    })
  })

  test('long text that is no identifier is no fault: an e-mail address of a group or of a track', () => {
    const email = `${'x'.repeat(300)}@x.co`
    for (const item of [
      { type: 'group', userId: 'u', groupId: 'g', traits: { email } },
      { type: 'track', event: 'e', userId: 'u', properties: { email }, context: { traits: { email } } },
    ]) {
      expect(validateItem(item, undefined).ok).toBe(true)
    }
  })

  test('numbers are ids, null and absent fields are no fault, and the path names the type', () => {
    expect(validateItem({ type: 'identify', userId: 7, traits: null }, undefined)).toEqual({
      ok: true,
      value: 'identify',
    })
    expect(validateItem({ event: 'e', anonymousId: 'a' }, 'track')).toEqual({ ok: true, value: 'track' })
  })
})

describe('the time rule', () => {
  const at = (ms: number) => toIso(NOW + ms)

  test.each([
    ['no time at all', {}, 0, false],
    ['a time and no sentAt', { timestamp: at(-HOUR) }, -HOUR, false],
    [
      'the skew of a wrong clock is taken out',
      { timestamp: at(3 * HOUR - 1_000), sentAt: at(3 * HOUR) },
      -1_000,
      false,
    ],
    ['an import of the past passes unharmed', { timestamp: at(-1_000 * HOUR), sentAt: at(0) }, -1_000 * HOUR, false],
    ['RudderStack: originalTimestamp', { originalTimestamp: at(-5_000), sentAt: at(-2_000) }, -3_000, false],
    [
      'both times given: timestamp stays',
      { originalTimestamp: at(-9_000), timestamp: at(-4_000), sentAt: at(0) },
      -4_000,
      false,
    ],
    ['a sentAt that is no date is none', { timestamp: at(-HOUR), sentAt: 'now' }, -HOUR, false],
    ['a time that is no date', { timestamp: 'soon', sentAt: at(0) }, 0, false],
    ['five minutes ahead is believed', { timestamp: at(5 * MINUTE) }, 5 * MINUTE, false],
    ['more than five minutes ahead is not', { timestamp: at(5 * MINUTE + 1) }, 0, true],
    ['before 2000 is not', { timestamp: '1999-12-31T23:59:59.999Z' }, 0, true],
    [
      'go stamps sentAt once: offline time is not corrected',
      { timestamp: at(-HOUR), sentAt: at(-HOUR + 1), library: 'analytics-go' },
      -HOUR,
      false,
    ],
    [
      'go, soon delivered: corrected',
      { timestamp: at(-3_000), sentAt: at(-2_000), library: 'analytics-go' },
      -1_000,
      false,
    ],
  ])('%s', (_, times, expected, clock) => {
    const full = { originalTimestamp: undefined, timestamp: undefined, sentAt: undefined, library: undefined, ...times }
    expect(decideTime(full, NOW)).toEqual({ timestamp: NOW + expected, clock })
  })

  test('a client clock that is wrong by any constant makes no difference', () => {
    const ms = fc.integer({ min: -30 * 24 * HOUR, max: 30 * 24 * HOUR })
    fc.assert(
      fc.property(fc.nat(HOUR), ms, (age, skew) => {
        const times = { originalTimestamp: undefined, timestamp: at(skew - age), sentAt: at(skew), library: undefined }
        expect(decideTime(times, NOW)).toEqual({ timestamp: NOW - age, clock: false })
      }),
    )
  })

  test('whatever a client says, the time is neither before 2000 nor more than five minutes ahead', () => {
    const text = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constant(undefined),
    )
    fc.assert(
      fc.property(text, text, text, (originalTimestamp, timestamp, sentAt) => {
        const decided = decideTime({ originalTimestamp, timestamp, sentAt, library: undefined }, NOW).timestamp
        expect(decided).toBeGreaterThanOrEqual(Date.UTC(2000, 0, 1))
        expect(decided).toBeLessThanOrEqual(NOW + 5 * MINUTE)
      }),
    )
  })

  test('late is older than window and grace together, exactly', () => {
    expect(isLate(NOW - 122_000, NOW, 2_000, 120_000)).toBe(false)
    expect(isLate(NOW - 122_001, NOW, 2_000, 120_000)).toBe(true)
  })
})

describe('the time of each SDK, from its own fields', () => {
  const at = (ms: number) => toIso(NOW + ms)
  const event = { type: 'track', event: 'e', userId: 'u' }
  const library = (name: string) => ({ context: { library: { name } } })

  test.each<[string, JsonObject, Partial<Envelope>, number]>([
    ['Segment node: sentAt of the batch', { timestamp: at(-9_000) }, { sentAt: at(-2_000) }, -7_000],
    ['Segment browser: sentAt in the event', { timestamp: at(-9_000), sentAt: at(-2_000) }, {}, -7_000],
    [
      'the event\u2019s sentAt goes before the batch\u2019s',
      { timestamp: at(-9_000), sentAt: at(-2_000) },
      { sentAt: at(0) },
      -7_000,
    ],
    [
      'RudderStack node: originalTimestamp',
      { originalTimestamp: at(-9_000), sentAt: at(-2_000) },
      { sentAt: at(-2_000) },
      -7_000,
    ],
    ['RudderStack browser: sentAt of the header', { originalTimestamp: at(-9_000) }, { sentAt: at(-2_000) }, -7_000],
    [
      'RudderStack import: both times, timestamp stays',
      { originalTimestamp: at(-9_000), timestamp: at(-4_000) },
      { sentAt: at(0) },
      -4_000,
    ],
    [
      'Segment kotlin after an offline hour: its own time',
      { ...library('analytics-kotlin'), timestamp: at(-3_700_000) },
      { sentAt: at(-3_600_000) },
      -3_700_000,
    ],
    [
      'Segment swift after an offline hour: its own time',
      { ...library('analytics-swift'), timestamp: at(-3_700_000) },
      { sentAt: at(-3_600_000) },
      -3_700_000,
    ],
    [
      'another SDK with so old a sentAt: corrected',
      { ...library('analytics-python'), timestamp: at(-3_700_000) },
      { sentAt: at(-3_600_000) },
      -100_000,
    ],
    [
      'python: microseconds and an offset',
      { timestamp: '2026-11-21T11:59:50.123456+00:00' },
      { sentAt: at(0) },
      -9_877,
    ],
    ['an offset that is not zero', { timestamp: '2026-11-21T12:59:50+01:00' }, { sentAt: at(0) }, -10_000],
    ['RFC 3339 with a space', { timestamp: '2026-11-21 11:59:50Z' }, { sentAt: at(0) }, -10_000],
    ['go: nanoseconds', { timestamp: '2026-11-21T11:59:50.123456789Z' }, {}, -9_877],
    ['no zone is UTC', { timestamp: '2026-11-21T11:59:50' }, {}, -10_000],
    ['a time that is a number is none', { timestamp: NOW - 9_000 }, { sentAt: at(0) }, 0],
    [
      'a receivedAt of the client\u2019s is not believed',
      { timestamp: at(-9_000), receivedAt: at(-60_000) },
      { sentAt: at(0) },
      -9_000,
    ],
  ])('%s', (_, fields, envelope, expected) => {
    expect(normalized({ ...event, ...fields }, envelope).timestamp).toBe(NOW + expected)
  })

  test('all four times are kept', () => {
    const fields = { originalTimestamp: at(-9_000), sentAt: at(-2_000) }
    expect(normalized({ ...event, ...fields })).toMatchObject({ ...fields, timestamp: NOW - 7_000, receivedAt: NOW })
  })
})

describe('normalize', () => {
  test('traits of a RudderStack identify come from the context, overlaid with those on top', () => {
    const event = normalized({ type: 'identify', userId: 'u', context: { traits: { a: 1, b: 1 } }, traits: { b: 2 } })
    expect(event.traits).toEqual({ a: 1, b: 2 })
  })

  test('context.traits of another call identify nobody', () => {
    const event = normalized({ type: 'track', event: 'e', userId: 'u', context: { traits: { email: 'a@b.co' } } })
    expect(event.traits).toBeUndefined()
    expect(identifiersOf(event).map(identifierName)).toEqual(['user_id:u'])
  })

  test('batch-level context and integrations lie under each event\u2019s own; transport fields go, unknown ones stay', () => {
    const event = normalized(
      {
        type: 'track',
        event: 'e',
        userId: 'u',
        context: { a: 2 },
        sentAt: 'x',
        _metadata: {},
        writeKey: 'k',
        channel: 'web',
      },
      { context: { a: 1, b: 1 }, integrations: { All: false } },
    )
    expect(event.context).toEqual({ a: 2, b: 1 })
    expect(event.integrations).toEqual({ All: false })
    expect(event.extra).toEqual({ channel: 'web' })
  })

  test('the connection fills ip and user agent for clients only', () => {
    const facts = { ip: '203.0.113.7', userAgent: 'Mozilla' }
    const body = { type: 'track', event: 'e', userId: 'u' }
    expect(normalized({ ...body, channel: 'web' }, facts).context).toEqual(facts)
    expect(normalized({ ...body, context: { library: { name: 'analytics.js' } } }, facts).context).toMatchObject(facts)
    expect(
      normalized({ ...body, context: { library: { name: '@segment/analytics-node' } } }, facts).context,
    ).not.toHaveProperty('ip')
    expect(normalized({ ...body, context: { ip: '0.0.0.0', direct: true } }, facts).context).toMatchObject({
      ip: '0.0.0.0',
    })
  })

  test('what a browser asks by Global Privacy Control is asked by each of its events, and by none of a server', () => {
    const body = { type: 'track', event: 'e', userId: 'u' }
    const consent = { categoryPreferences: { ads: true } }
    const said = (fields: JsonObject) => normalized({ ...body, ...fields }, { gpc: true }).context['consent']
    expect(said({ channel: 'web' })).toEqual({ gpc: true })
    expect(said({ channel: 'web', context: { consent } })).toEqual({ ...consent, gpc: true })
    expect(said({ context: { consent: 'x', library: { name: 'analytics.js' } } })).toEqual({ gpc: true })
    expect(said({ channel: 'server' })).toBeUndefined()
    expect(normalized({ ...body, channel: 'web' }).context).not.toHaveProperty('consent')
  })

  test.each([
    ['analytics.js', true], // Segment's browser SDK, snippet and npm
    ['@segment/analytics-react-native', true],
    ['analytics-kotlin', true],
    ['analytics-swift', true],
    ['analytics-ios', true],
    ['analytics-android', true],
    ['RudderLabs JavaScript SDK', true],
    ['com.rudderstack.android.sdk.core', true],
    ['com.rudderstack.kotlin.sdk', true],
    ['rudder-ios-library', true],
    ['@jitsu/js', true],
    ['@segment/analytics-node', false],
    ['analytics-node', false],
    ['analytics-python', false],
    ['analytics-go', false],
    ['analytics-java', false],
    ['rudder-analytics-python', false],
    [undefined, false],
  ])('the connection of %s speaks for the person: %s', (name, isClient) => {
    const context = name === undefined ? {} : { library: { name } }
    const event = normalized({ type: 'page', userId: 'u', context }, { ip: '203.0.113.7' })
    expect(event.context['ip']).toBe(isClient ? '203.0.113.7' : undefined)
  })

  test('a server that uses a client library, or says that it is one, speaks for itself', () => {
    const ip = '203.0.113.7'
    const jitsu = { library: { name: '@jitsu/js', env: 'node' } }
    expect(normalized({ type: 'page', userId: 'u', context: jitsu }, { ip }).context).toEqual(jitsu)
    const rudder = { library: { name: 'RudderLabs JavaScript SDK' } }
    expect(normalized({ type: 'page', userId: 'u', channel: 'server', context: rudder }, { ip }).context).toEqual(
      rudder,
    )
    expect(normalized({ type: 'page', userId: 'u', context: { direct: true } }, { ip }).context['ip']).toBe(ip)
  })

  test.each([
    ['first and last make a name', { firstName: 'Zoë', lastName: 'Lee' }, 'Zoë Lee'],
    ['a name that is given stays', { firstName: 'Zoë', lastName: 'Lee', name: 'Dr. Lee' }, 'Dr. Lee'],
    ['a name that is deleted stays deleted', { firstName: 'Zoë', lastName: 'Lee', name: null }, null],
    ['a first name is not enough', { firstName: 'Zoë' }, undefined],
    ['what is no text makes no name', { firstName: 'Zoë', lastName: 7 }, undefined],
  ])('%s', (_, traits, name) => {
    expect(normalized({ type: 'identify', userId: 'u', traits }).traits?.['name']).toEqual(name)
    expect(normalized({ type: 'group', userId: 'u', groupId: 'g', traits }).traits).toEqual(traits)
  })

  test('a messageId that the client did not send is the one the edge made', () => {
    expect(normalized({ type: 'identify', userId: 'u', messageId: '' }).messageId).toBe('made')
    expect(normalized({ type: 'identify', userId: 7, messageId: 'm' })).toMatchObject({ messageId: 'm', userId: '7' })
  })

  test.each([
    ['@segment/analytics-node', segmentNode],
    ['@rudderstack/rudder-sdk-node', rudderNode],
    ['@segment/analytics-next', segmentBrowser],
  ])('every recorded message of %s is valid and keeps its distance to sentAt', (_, recorded) => {
    let events = 0
    for (const request of recorded as { path: string; method: string; bodyText?: string; decodedBodyText?: string }[]) {
      const text = request.decodedBodyText ?? request.bodyText
      if (request.method !== 'POST' || !text) continue
      const body = JSON.parse(text) as JsonObject
      const batch = (body['batch'] ?? [body]) as JsonObject[]
      for (const item of batch) {
        const sent = parseInstant(item['sentAt'] ?? body['sentAt'])
        const receivedAt = (sent ?? NOW) + 40
        const event = normalized(item, { receivedAt, ...(body['sentAt'] ? { sentAt: String(body['sentAt']) } : {}) })
        const own = parseInstant(item['originalTimestamp'] ?? item['timestamp']) as number
        const both = item['originalTimestamp'] !== undefined && item['timestamp'] !== undefined
        const corrected = sent === undefined ? own : receivedAt - (sent - own)
        expect(event.timestamp).toBe(both ? parseInstant(item['timestamp']) : corrected)
        expect(identifiersOf(event).length).toBeGreaterThan(0)
        events += 1
      }
    }
    expect(events).toBeGreaterThan(4)
  })
})

describe('identifiers', () => {
  const none = IdentitySettings.parse({})

  test('e-mail and phone match in normal form and are kept as sent', () => {
    expect(identifierOf('email', ' Ann@Example.COM ')).toEqual({
      type: 'email',
      value: ' Ann@Example.COM ',
      match: 'ann@example.com',
    })
    expect(identifierOf('phone', '+1 (555) 123-4567')?.match).toBe('+15551234567')
    expect(identifierOf('phone', '0048 601 100 200')?.match).toBe('+48601100200')
    for (const [type, value] of [
      ['email', 'n/a'],
      ['phone', '12'],
      ['phone', 'call me'],
      ['email', ''],
      ['a b', 'x'],
    ] as const) {
      expect(identifierOf(type, value)).toBeUndefined()
    }
  })

  test('the anchor is the strongest usable one, a role mailbox only when nothing else is there', () => {
    const event = normalized({
      type: 'identify',
      userId: 'null',
      anonymousId: '00000000-0000-0000-0000-000000000000',
      traits: { email: 'info@shop.example', phone: '+15551234567' },
      context: { device: { id: 'd1' }, externalIds: [{ type: 'crm', id: 9 }, { type: 'crm' }, 'x'] },
    })
    const usable = usableIdentifiers(identifiersOf(event), none).map(identifierName)
    expect(usable).toEqual(['phone:+15551234567', 'crm:9', 'device_id:d1', 'email:info@shop.example'])
  })

  test.each([
    'null',
    ' Undefined ',
    '-1',
    '0',
    '000-000',
    '---',
    'Anonymous',
    'guest',
    'unknown',
    'test',
    '[object Object]',
  ])('%s identifies nobody', (value) => {
    const event = normalized({ type: 'identify', userId: value })
    expect(usableIdentifiers(identifiersOf(event), none)).toEqual([])
  })
})
