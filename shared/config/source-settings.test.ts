import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedSettings, hintOf, SourceSettings, SourceSettingsPatch } from './source-settings.ts'

const settings = fc.record(
  {
    publicUrl: fc.webUrl(),
    topicArns: fc.array(fc.stringMatching(/^arn:aws:sns:[a-z]{1,9}$/), { maxLength: 3 }),
    maxAgeSeconds: fc.integer({ min: 1, max: 604_800 }),
    allowedIps: fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 3 }),
    rateLimitPerMinute: fc.integer({ min: 1, max: 1_000_000 }),
    whenDisabled: fc.constantFrom('refuse' as const, 'pause' as const),
    secrets: fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
    basicAuth: fc.record({ user: fc.stringMatching(/^[a-z]{1,9}$/), password: fc.string({ minLength: 1 }) }),
    bearerToken: fc.string({ minLength: 1 }),
    verifyToken: fc.string({ minLength: 1 }),
  },
  { requiredKeys: [] },
)

const SECRET_NAMES = ['secrets', 'basicAuth', 'bearerToken', 'verifyToken']
const NOTHING = { open: {}, secret: {} }

describe('a change of settings', () => {
  test('keeps open and secret ones apart, and all of them', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(SourceSettings.safeParse(given).error).toBeUndefined()
        const { open, secret } = changedSettings(NOTHING, given)
        expect({ ...open, ...secret }).toEqual(given)
        for (const name of Object.keys(open)) expect(SECRET_NAMES).not.toContain(name)
        for (const name of Object.keys(secret)) expect(SECRET_NAMES).toContain(name)
      }),
    )
  })

  test('replaces what is named, takes away what is null, and leaves the rest', () => {
    fc.assert(
      fc.property(settings, settings, fc.array(fc.constantFrom('publicUrl', 'secrets', 'allowedIps')), (a, b, gone) => {
        const patch = SourceSettingsPatch.parse({ ...b, ...Object.fromEntries(gone.map((name) => [name, null])) })
        const { open, secret } = changedSettings(changedSettings(NOTHING, a), patch)
        const expected: Record<string, unknown> = { ...a, ...b }
        for (const name of gone) delete expected[name]
        expect({ ...open, ...secret }).toEqual(expected)
      }),
    )
  })
})

test('of a short secret nothing is told, of a long one four characters', () => {
  expect([hintOf('hunter2'), hintOf('x'.repeat(15)), hintOf('whsec_0123456789abcd')]).toEqual([
    { last4: '' },
    { last4: '' },
    { last4: 'abcd' },
  ])
})
