import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hintOf, SourceSettings } from './source-settings.ts'
import { changedSettings, type KeptSettings, NO_SETTINGS, SourceSettingsPatch } from './source-settings-patch.ts'

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

function changed(before: KeptSettings, patch: SourceSettingsPatch): KeptSettings {
  const result = changedSettings(before, patch)
  if (!result.ok) throw new Error(`${result.failure.path} ${result.failure.message}`)
  return result.value
}

describe('a change of settings', () => {
  test('keeps open and secret ones apart, and all of them', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(SourceSettings.safeParse(given).error).toBeUndefined()
        const { open, secret } = changed(NO_SETTINGS, given)
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
        const { open, secret } = changed(changed(NO_SETTINGS, a), patch)
        const expected: Record<string, unknown> = { ...a, ...b }
        for (const name of gone) delete expected[name]
        expect({ ...open, ...secret }).toEqual(expected)
      }),
    )
  })
})

describe('secrets nobody can read', () => {
  test('stay when settings are sent back as they were read', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const before = changed(NO_SETTINGS, given)
        const { secrets, basicAuth, bearerToken, verifyToken } = given
        const read = {
          ...before.open,
          ...(secrets ? { secrets: secrets.map(hintOf) } : {}),
          ...(basicAuth ? { basicAuth: { user: basicAuth.user } } : {}),
          ...(bearerToken === undefined ? {} : { bearerToken: hintOf(bearerToken) }),
          ...(verifyToken === undefined ? {} : { verifyToken: hintOf(verifyToken) }),
        }
        expect(changed(before, SourceSettingsPatch.parse(read))).toEqual(before)
      }),
    )
  })

  test('are added to, and taken away one by one', () => {
    const [first, second, third] = ['whsec_first-secret-0001', 'whsec_second-secret-0002', 'whsec_third-secret-0003']
    const before = changed(NO_SETTINGS, { secrets: [first, second] })
    const added = changed(before, { secrets: [third, { last4: '0002' }, { last4: '0001' }] })
    expect(added.secret.secrets).toEqual([third, second, first])
    expect(changed(added, { secrets: [{ last4: '0002' }] }).secret.secrets).toEqual([second])
  })

  test.each([
    [{ secrets: [{ last4: '9999' }] }, 'secrets.0'],
    [{ secrets: ['x', { last4: '0001' }, { last4: '0001' }] }, 'secrets.2'],
    [{ bearerToken: { last4: '0001' } }, 'bearerToken'],
    [{ verifyToken: { last4: '' } }, 'verifyToken'],
    [{ basicAuth: { user: 'x' } }, 'basicAuth.password'],
  ])('%j names one that is not there: %s', (patch, path) => {
    const before = changed(NO_SETTINGS, { secrets: ['whsec_first-secret-0001'] })
    expect(changedSettings(before, patch)).toMatchObject({ ok: false, failure: { path } })
  })
})

test('of a short secret nothing is told, of a long one four characters', () => {
  expect([hintOf('hunter2'), hintOf('x'.repeat(15)), hintOf('whsec_0123456789abcd')]).toEqual([
    { last4: '' },
    { last4: '' },
    { last4: 'abcd' },
  ])
})
