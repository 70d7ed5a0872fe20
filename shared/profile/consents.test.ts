import { describe, expect, test } from 'vitest'
import { anEvent, anItem, NOW } from '../../test/support/builders.ts'
import { aMemoryProfile } from '../../test/support/memory-profiles.ts'
import { CONSENT_LIMITS } from '../consent/consent.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { HOUR } from '../kernel/instant.ts'
import { parseCondition } from '../segment/condition.ts'
import { evaluate } from '../segment/evaluate.ts'
import { applyItems } from './apply.ts'
import { consentsDocument } from './consent-view.ts'
import { Definitions } from './definitions.ts'
import { personOf } from './person.ts'
import { PROFILE_LIMITS } from './profile-limits.ts'
import { encodeState } from './state.ts'

const settings = { windowMs: 0, profileRatePerMinute: 1e6 }

function told(consents: Record<string, object>[], leaves = 1) {
  const profile = aMemoryProfile('prf_0' as CanonicalId)
  const items = consents.map((said, i) =>
    anItem(anEvent({ name: 'Consent Updated', properties: { consents: said as never }, timestamp: NOW + i }), {
      leaf: `prf_${i % leaves}`,
    }),
  )
  const context = { now: NOW, settings, definitions: new Definitions(1, []) }
  return { profile, ...applyItems(profile.state, profile.timeline, items, context) }
}

describe('a ledger that is written to without end', () => {
  test('stays within what a profile may hold: proofs and history go, what stands stays', () => {
    const proof = 'x'.repeat(CONSENT_LIMITS.proofChars - 2)
    const names = Array.from({ length: CONSENT_LIMITS.namesAtOnce }, (_, n) => `list:${n}`)
    const all = Array.from({ length: 150 }, (_, i) =>
      Object.fromEntries(names.map((name) => [name, { status: i === 149 ? 'withdrawn' : 'granted', proof }])),
    )
    const { profile, outcomes } = told(all, 10)
    expect(outcomes.every(({ kind }) => kind === 'applied')).toBe(true)
    expect(new TextEncoder().encode(encodeState(profile.state)).byteLength).toBeLessThan(PROFILE_LIMITS.stateBytes)
    const standing = Object.values(consentsDocument(profile.state)).map(({ status }) => status)
    expect([standing.length, new Set(standing)]).toEqual([names.length, new Set(['withdrawn'])])
  })

  test('holds so many names and no more, the same ones in any order', () => {
    const all = Array.from({ length: 300 }, (_, n) => ({ [`list:${n}`]: { status: 'granted' } }))
    const kept = (order: typeof all) => Object.keys(consentsDocument(told(order).profile.state))
    expect(kept(all)).toHaveLength(CONSENT_LIMITS.namesAtOnce)
    expect(kept(all.toReversed())).toEqual(kept(all))
  })
})

describe('the condition', () => {
  const { profile } = told([{ email: { status: 'granted', expiresAt: new Date(NOW + HOUR).toISOString() } }])
  const asked = (fields: object, now: number) => {
    const condition = parseCondition({ type: 'consent', ...fields })
    if (!condition.ok) throw new Error('the condition is valid')
    return evaluate(condition.value, personOf(profile.state, profile.timeline.history), now)
  }

  test.each([
    ['granted', { channel: 'email', status: 'granted' }, true, NOW + HOUR],
    ['unset', { channel: 'email', status: 'unset' }, false, NOW + HOUR],
    ['denied', { channel: 'email', status: 'denied' }, false, null],
    ['granted, by the other word', { purpose: 'email', status: 'granted' }, true, NOW + HOUR],
    ['unset of another', { channel: 'sms', status: 'unset' }, true, null],
  ])('%s: changes exactly when the consent ends', (_, fields, member, nextChangeAt) => {
    expect(asked(fields, NOW + 1)).toEqual({ member, nextChangeAt })
    expect(asked(fields, NOW + HOUR).member).toBe(nextChangeAt === null ? member : !member)
  })
})
