import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../kernel/instant.ts'
import { CONSENT_STATUSES } from './consent.ts'
import { ConsentSettings } from './consent-settings.ts'
import { consentDecision } from './decision.ts'

const NOW = Date.UTC(2026, 2, 15)
const none = ConsentSettings.parse({})
const policy = ConsentSettings.parse({
  absent: { '*': 'granted', sms: 'denied' },
  regions: {
    EU: { '*': 'denied', service: 'granted' },
    'US-CA': { sale_or_sharing: 'denied' },
    US: { sms: 'granted' },
  },
  expiresAfterDays: { email: 30 },
})

describe('silence', () => {
  test.each([
    ['is no consent without a policy', none, 'email', 'US', false, 'default'],
    ['is what the workspace says', policy, 'push', 'BR', true, 'absent.*'],
    ['is what the workspace says about the channel', policy, 'sms', 'BR', false, 'absent.sms'],
    ['is no consent in Europe', policy, 'push', 'DE', false, 'regions.EU.*'],
    ['may be consent to one thing there', policy, 'service', 'GB', true, 'regions.EU.service'],
    [
      'is judged by the most exact region that speaks of it',
      policy,
      'sale_or_sharing',
      'US-CA',
      false,
      'regions.US-CA.sale_or_sharing',
    ],
    ['is judged by the country where the part says nothing', policy, 'sms', 'US-CA', true, 'regions.US.sms'],
    ['of a person whom nobody can place is judged most strictly', policy, 'push', undefined, false, 'regions.EU.*'],
  ])('%s', (_, settings, name, region, allowed, rule) => {
    const verdict = consentDecision(settings, { consents: {}, region }, { purposes: [name] }, NOW)
    expect(verdict).toEqual({ allowed, because: [{ name, allowed, by: 'silence', rule }] })
  })
})

describe('a consent', () => {
  const granted = (at: number, expiresAt?: number) => ({
    consents: { email: { status: 'granted' as const, at, ...(expiresAt ? { expiresAt } : {}) } },
    region: 'DE',
  })
  const asked = (person: ReturnType<typeof granted>) =>
    consentDecision(policy, person, { channels: ['email'] }, NOW).because[0]

  test('counts before silence', () => {
    expect(asked(granted(NOW - DAY))).toEqual({ name: 'email', allowed: true, by: 'granted' })
  })

  test('ends with its own date or the policy, exactly', () => {
    expect(asked(granted(NOW - 30 * DAY + 1))?.by).toBe('granted')
    expect(asked(granted(NOW - 30 * DAY))).toMatchObject({ allowed: false, by: 'expired' })
    expect(asked(granted(NOW - DAY, NOW + 1))?.by).toBe('granted')
    expect(asked(granted(NOW - DAY, NOW))).toMatchObject({ allowed: false, by: 'expired', rule: 'regions.EU.*' })
  })

  test('all or any: of two names one was given', () => {
    const person = {
      ...granted(NOW),
      consents: { ...granted(NOW).consents, sms: { status: 'denied' as const, at: NOW } },
    }
    const ask = (mode?: 'all' | 'any') =>
      consentDecision(none, person, { channels: ['email'], purposes: ['sms'], mode }, NOW).allowed
    expect([ask(), ask('all'), ask('any')]).toEqual([false, false, true])
    expect(consentDecision(none, person, {}, NOW).allowed).toBe(true)
  })

  test('that was refused is never allowed by any policy', () => {
    const rules = fc.dictionary(fc.constantFrom('*', 'email'), fc.constantFrom('granted' as const, 'denied' as const))
    const settings = fc.record({
      absent: rules,
      regions: fc.dictionary(fc.constantFrom('EU', 'DE'), rules),
      expiresAfterDays: fc.dictionary(fc.constantFrom('*', 'email'), fc.integer({ min: 1, max: 9 })),
    })
    const status = fc.constantFrom(...CONSENT_STATUSES.filter((one) => one !== 'granted'))
    fc.assert(
      fc.property(settings, status, fc.integer({ min: 0, max: NOW }), (made, refused, at) => {
        const person = { consents: { email: { status: refused, at } }, region: 'DE' }
        expect(consentDecision(ConsentSettings.parse(made), person, { channels: ['email'] }, NOW).allowed).toBe(false)
      }),
    )
  })
})
