import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY } from '../kernel/instant.ts'
import type { ProfileDocument } from '../segment/profile-document.ts'
import { conflictsIn, joinScores, NO_SCORES, scoreProfiles, scoresOf } from './profile-scores.ts'
import { validityOf } from './trait-validity.ts'

const NOW = 1_000 * DAY

function person(traits: Record<string, string>, lastSeen = NOW): ProfileDocument {
  return {
    id: 'prf_1',
    workspace: 'w',
    version: 1,
    configVersion: 1,
    traits: Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, at: 0 }])),
    identifiers: { user_id: ['u'], ...(traits['email'] ? { email: [traits['email']] } : {}) },
    counters: {},
    memberships: {},
    consents: {},
    computed: {},
    firstSeen: 0,
    lastSeen,
  }
}

const someone = fc
  .tuple(
    fc.dictionary(fc.constantFrom('plan', 'email', 'constructor', '__proto__', 'a.b'), fc.string({ maxLength: 4 })),
    fc.nat(200),
  )
  .map(([traits, days]) => person(traits, NOW - days * DAY))

test('counts of profiles do not depend on how they were grouped or in which order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(someone, fc.nat(3)), { maxLength: 20 }), (placed) => {
      const whole = scoreProfiles(
        placed.map(([one]) => one),
        NOW,
      )
      const groups = [...Map.groupBy(placed, ([, group]) => group).values()].map((group) =>
        scoreProfiles(group.map(([one]) => one).toReversed(), NOW),
      )
      const joined = groups.reduceRight((sum, one) => joinScores(sum, one), NO_SCORES)
      expect(scoresOf(joined, 0)).toEqual(scoresOf(whole, 0))
      expect(Object.entries({ ...joined.present }).sort()).toEqual(Object.entries({ ...whole.present }).sort())
    }),
  )
})

test('a workspace is complete as far as its people have what the others have', () => {
  const people = [
    ...Array.from({ length: 30 }, () => person({ plan: 'pro', email: 'a@b.co' })),
    ...Array.from({ length: 29 }, () => person({ plan: 'pro' }, NOW - 100 * DAY)),
    person({ rare: 'x', email: 'not an address' }),
  ]
  const scores = scoresOf(scoreProfiles(people, NOW), 3)
  expect(scores.fields.map(({ field }) => field)).toEqual([
    'identifiers.email',
    'identifiers.user_id',
    'traits.email',
    'traits.plan',
  ])
  expect(scores.fields.find(({ field }) => field === 'traits.plan')?.share).toBeCloseTo(59 / 60)
  expect(scores).toMatchObject({ profiles: 60, suspectedDuplicates: 3, staleness: { day: 31, older: 29 } })
  expect(scores.accuracy).toBeCloseTo(60 / 62)
  const chosen = scoresOf(scoreProfiles(people, NOW), 0, ['traits.rare'])
  expect([chosen.fields.length, chosen.completeness]).toEqual([1, 1 / 60])
  expect(scoresOf(NO_SCORES, 0)).toMatchObject({ completeness: null, accuracy: null })
})

test.each<[string, string | number, boolean | undefined]>([
  ['email', 'a@b.co', true],
  ['Email', 'nobody', false],
  ['phone', '+44 20 7946 0958', true],
  ['phone_number', 'call me', false],
  ['countryCode', 'GB', true],
  ['country', '1', false],
  ['birthday', '1990-02-30', false],
  ['birthday', '1990-02-28', true],
  ['createdAt', 1_700_000_000, true],
  ['plan', 'anything', undefined],
])('%s = %s', (name, value, expected) => expect(validityOf(name, value)).toBe(expected))

test('a trait that two sources write differently is a conflict; one source may change its mind', () => {
  const by = (source: string, value: string, trait = 'plan') => ({ person: 'p', trait, source, value })
  expect(conflictsIn([by('a', '1'), by('a', '2')])).toEqual({ conflicting: 0, written: 1 })
  expect(conflictsIn([by('a', '1'), by('b', '1'), by('a', '1', 'x'), by('b', '2', 'x')])).toEqual({
    conflicting: 1,
    written: 2,
  })
})
