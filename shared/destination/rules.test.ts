import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import { matchesName } from '../kernel/name-pattern.ts'
import type { Effect } from '../profile/effect.ts'
import { heldBack, type SendAnswer } from './ask-person.ts'
import { DELIVERY_TYPES } from './delivery.ts'
import { DestinationRules, unwanted } from './destination-config.ts'
import { deliveryKey, deliveryOf, toldOf } from './effect-delivery.ts'
import { maskRequest } from './mask-request.ts'
import { RecentKeys } from './recent-keys.ts'

const event = (more: Partial<Event>): Event => ({
  source: 'src_1',
  messageId: 'm1',
  type: 'track',
  context: {},
  timestamp: 1_000,
  receivedAt: 2_000,
  flags: [],
  ...more,
})
const effect = (more: Partial<Event>): Effect => ({
  key: 'src_1:m1',
  kind: 'event',
  workspace: 'w',
  profile: 'prf_1',
  event: event(more),
})
const enter: Effect = {
  key: '\u0000own\u0000prf_1:vip:1',
  kind: 'segment',
  workspace: 'w',
  profile: 'prf_1',
  event: event({ messageId: 'prf_1:vip:1', name: 'vip ENTER', properties: { segment: 'vip', change: 'ENTER' } }),
}
const rules = (filter: object) => DestinationRules.parse({ filter })
const verdict = (filter: object, of: Effect) => {
  const told = toldOf(of)
  return told && unwanted(rules(filter), DELIVERY_TYPES, told)
}
const person: SendAnswer = {
  person: { id: 'prf_1', identifiers: [], traits: {} },
  segments: ['vip'],
  meetsCondition: true,
  consents: true,
  because: '',
}

describe('a filter', () => {
  test.each<[string, object, Effect, string | undefined]>([
    ['nothing filtered', {}, effect({ type: 'alias' }), undefined],
    ['by name', { events: ['Paid'] }, effect({ name: 'Paid' }), undefined],
    ['by another name', { events: ['Paid'] }, effect({ name: 'Paid Late' }), 'filter.events'],
    ['by prefix', { events: ['Paid*'] }, effect({ name: 'Paid Late' }), undefined],
    ['of everything', { events: ['*'] }, effect({ type: 'group' }), undefined],
    ['of pages', { events: ['$page'] }, effect({ type: 'page', name: 'Home' }), undefined],
    ['by type', { events: ['identify'] }, effect({ type: 'identify' }), undefined],
    ['ENTER by name', { events: ['vip ENTER'] }, enter, undefined],
    ['ENTER of a segment that is listed', { segments: ['vip'] }, enter, undefined],
    ['ENTER of one that is not', { segments: ['other'] }, enter, 'filter.segments'],
  ])('%s', (_, filter, of, expected) => {
    expect(verdict(filter, of)).toBe(expected)
  })

  test('by segment lets members through, and the ENTER and EXIT of a listed one whoever they are', () => {
    const told = toldOf(effect({ name: 'x' }))
    if (!told) throw new Error('it is told')
    expect(heldBack(rules({ segments: ['vip'] }), told, person)).toBeUndefined()
    expect(heldBack(rules({ segments: ['other'] }), told, person)).toBe('filter.segments')
    expect(heldBack(rules({ segments: ['gone'] }), { ...told, segment: 'gone' }, person)).toBeUndefined()
    expect(heldBack(rules({}), told, { ...person, meetsCondition: false })).toBe('filter.condition')
    expect(heldBack(rules({}), told, { ...person, consents: false, because: 'email: withdrawn' })).toBe(
      'consent (email: withdrawn)',
    )
  })

  test('a prefix is a prefix, and everything else the name itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(matchesName(`${a}*`, a + b)).toBe(true)
        if (!a.endsWith('*')) expect(matchesName(a, b)).toBe(a === b)
      }),
    )
  })
})

describe('what is delivered', () => {
  test('a key has only characters that any header takes, and two effects never share one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        const keyOf = (key: string) => deliveryKey({ ...effect({}), key })
        expect(keyOf(a)).toMatch(/^[A-Za-z0-9_:~%-]+$/)
        if (a.toWellFormed() !== b.toWellFormed()) expect(keyOf(a)).not.toBe(keyOf(b))
      }),
    )
    expect(deliveryKey(enter)).toBe('prf_1:vip:1')
  })

  test('ENTER is a track; a merge names who is gone; a created profile is told to nobody', () => {
    const profile = { key: 'w:mrg_1', kind: 'profile', workspace: 'w', profile: 'prf_1', at: 5 } as const
    expect(deliveryOf(enter, person.person)).toMatchObject({ type: 'track', data: { event: 'vip ENTER' } })
    const merged = deliveryOf({ ...profile, change: 'merged', other: 'prf_2', mergeId: 'mrg_1' }, person.person)
    expect(merged).toMatchObject({
      type: 'profile.merged',
      data: { messageId: 'w:mrg_1', other: 'prf_2', context: {} },
    })
    expect(deliveryOf({ ...profile, change: 'created' }, person.person)).toBeUndefined()
  })
})

test('keys of what was delivered are remembered for their time and no longer, the newest when there are too many', () => {
  const keys = new RecentKeys(2, 100)
  keys.add('a', 0)
  keys.add('b', 10)
  expect([keys.has('a', 50), keys.has('a', 100)]).toEqual([true, false])
  keys.add('c', 20)
  expect(['a', 'b', 'c'].map((key) => keys.has(key, 30))).toEqual([false, true, true])
})

test('no secret of four characters or more is left in what is shown', () => {
  const secret = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => /[^\s•]/.test(text) && text.isWellFormed())
  fc.assert(
    fc.property(secret, fc.string(), (secret, text) => {
      const shown = maskRequest(
        {
          method: 'POST',
          url: `https://example.com/?key=${encodeURIComponent(secret)}`,
          headers: { Authorization: `Bearer ${secret}`, 'x-key': `${text}${secret}` },
          body: JSON.stringify({ text, key: secret }),
        },
        [secret],
      )
      expect(shown.url).toBe('https://example.com/?key=••••')
      expect(shown.headers['Authorization']).toBe('Bearer ••••')
      expect(shown.headers['x-key']).not.toContain(secret)
      expect(shown.body).not.toContain(`"key":${JSON.stringify(secret)}`)
    }),
    { examples: [['5%25', '']] },
  )
})
