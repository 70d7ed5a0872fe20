import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  aDelivery,
  callOf,
  NOW,
  reply,
  SETTINGS,
  settingsFor,
  typeNamed,
} from '../../test/support/destination-samples.ts'
import type { JsonObject } from '../kernel/json.ts'
import { DELIVERY_TYPES } from './delivery.ts'
import { destinationTypes } from './index.ts'
import { maskRequest } from './mask-request.ts'

/** What every kind of destination owes, whatever its API. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as never)
const field = fc.constantFrom(
  'event',
  'name',
  'properties',
  'traits',
  'context',
  'userId',
  'anonymousId',
  'profile',
  'x',
)
const anyData = fc.dictionary(field, json) as fc.Arbitrary<JsonObject>

/** Of a type that takes certain events only. */
const TAKEN: Readonly<Record<string, string>> = { 'google-ads-audience': 'big_spenders ENTER' }

describe.each(destinationTypes)('$type', (type) => {
  const deliveries = fc
    .array(fc.tuple(fc.constantFrom(...DELIVERY_TYPES), anyData, fc.stringMatching(/^[a-z0-9:_]{1,40}$/)), {
      minLength: 1,
      maxLength: type.most,
    })
    .map((all) => all.map(([kind, data, key]) => aDelivery(kind, data, key)))

  test('never throws on odd input, and what it builds can be sent', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const call = callOf(type, all)
        if ('skip' in call) {
          expect(call.skip).toMatch(/^[a-z0-9_]+$/)
          return
        }
        expect(new URL(call.url).protocol).toBe('https:')
        for (const value of Object.values(call.headers)) expect(value).toMatch(/^[\x20-\x7e]*$/)
        expect(() => new Headers(call.headers)).not.toThrow()
      }),
      { numRuns: 60 },
    )
  })

  test('reads every status and any body, and answers for each delivery', () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      json.map((value) => JSON.stringify({ errors: value, error: value, offsets: value })),
    )
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), body, fc.integer({ min: 1, max: 5 }), (status, text, count) => {
        const verdicts = type.read(reply(status, text), NOW, count)
        for (const verdict of Array.isArray(verdicts) ? verdicts : [verdicts])
          expect(['delivered', 'retry', 'refused']).toContain(verdict.kind)
        if (Array.isArray(verdicts)) expect(verdicts.length).toBe(count)
      }),
      { numRuns: 100 },
    )
  })

  test('waits for what is busy, limited or broken, and as long as it is told', () => {
    for (const status of [429, 500, 503]) {
      const read = (after?: string) =>
        type.read(reply(status, '', after === undefined ? {} : { 'retry-after': after }), NOW, 1)
      expect(read()).toMatchObject({ kind: 'retry' })
      expect(read('7')).toMatchObject({ kind: 'retry', afterMs: 7_000 })
      expect(read('Sun, 15 Mar 2026 12:00:30 GMT')).toMatchObject({ afterMs: 30_000 })
      // In the past, or nonsense: as if nothing had been said.
      for (const past of ['Wed, 21 Oct 2015 07:28:00 GMT', '0', '-5', 'soon', '1e9'])
        expect(read(past)).not.toHaveProperty('afterMs')
    }
    expect(type.read(reply(400, 'bad'), NOW, 1)).toMatchObject({ kind: type.type === 'webhook' ? 'retry' : 'refused' })
  })

  test('has no secret in an address unless the API wants it there, and none in what is shown', () => {
    const call = callOf(type, [
      aDelivery(type.takes.includes('track') ? 'track' : 'identify', { event: TAKEN[type.type] ?? 'Order Completed' }),
    ])
    if ('skip' in call) throw new Error(call.skip)
    const secrets = type.secrets.map((name) => String(SETTINGS[type.type]?.[name] ?? ''))
    const wants = ['ga4', 'slack'].includes(type.type)
    for (const secret of secrets) if (!wants) expect(call.url).not.toContain(secret)
    const shown = JSON.stringify(maskRequest(call, secrets))
    for (const secret of secrets) {
      expect(shown).not.toContain(secret)
      expect(shown).not.toContain(Buffer.from(secret).toString('base64').slice(2, 10))
    }
  })

  test('refuses settings that it does not know, and those that lack something', () => {
    expect(type.settings.safeParse({ ...SETTINGS[type.type], surprise: 1 }).success).toBe(false)
    expect(type.settings.safeParse({}).success).toBe(false)
    expect(Object.keys(type.settings.shape)).toEqual(expect.arrayContaining([...type.secrets, ...type.addresses]))
  })
})

test('what names a delivery is in the request, where the API has a place for it', () => {
  const names: Readonly<Record<string, RegExp>> = {
    webhook: /src_1:m1/,
    segment: /"messageId":"m1"/,
    'meta-conversions': /"event_id":"m1"/,
    'google-ads': /"orderId":"src_1:m1"/,
    hubspot: /"uuid":"src_1:m1"/,
    klaviyo: /"unique_id":"src_1:m1"/,
    mixpanel: /"\$insert_id":"[0-9a-f]{32}"/,
    amplitude: /"insert_id":"src_1:m1"/,
    'kafka-rest': /"id":"src_1:m1"/,
    s3: /"id":"src_1:m1"/,
  }
  for (const [name, pattern] of Object.entries(names)) {
    const call = callOf(
      typeNamed(name),
      [aDelivery('track', { event: 'Order Completed' })],
      settingsFor(typeNamed(name)),
    )
    expect([name, JSON.stringify(call).replace(/\\"/g, '"')]).toEqual([name, expect.stringMatching(pattern)])
  }
})
